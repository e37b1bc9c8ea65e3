package io.xsan.csi.rpc;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.xsan.protocol.client.ApiException;

/** Failures as the specification numbers them: derived here and nowhere else. */
public final class Failures {
    private Failures() {}

    /** The caller's mistake: {@code field} has {@code value}, where only {@code allowed} is. */
    public static StatusRuntimeException invalid(String field, Object value, String allowed) {
        return of(
                Status.Code.INVALID_ARGUMENT, field + " is '" + value + "', allowed is " + allowed);
    }

    /** A field that has to be given is empty. */
    public static StatusRuntimeException missing(String field) {
        return of(Status.Code.INVALID_ARGUMENT, field + " is missing");
    }

    /** A failure with a sentence for people. */
    public static StatusRuntimeException of(Status.Code code, String message) {
        return Status.fromCode(code).withDescription(message).asRuntimeException();
    }

    /** What an error of the cluster means to the caller. */
    public static StatusRuntimeException of(ApiException error) {
        Status.Code code =
                switch (error.code()) {
                    case OK -> Status.Code.OK;
                    case NOMEM, BUSY, INSUFFICIENT_SPACE -> Status.Code.RESOURCE_EXHAUSTED;
                    case INVALID_PARAM, UNSUPPORTED -> Status.Code.INVALID_ARGUMENT;
                    case NOT_FOUND, VOLUME_NOT_FOUND -> Status.Code.NOT_FOUND;
                    case ALREADY_EXISTS -> Status.Code.ALREADY_EXISTS;
                    case CONFLICT, IDENTITY_MISMATCH -> Status.Code.FAILED_PRECONDITION;
                    case MAYBE_APPLIED, NOT_OWNER, EPOCH_FENCED, SESSION_DROPPED ->
                            Status.Code.ABORTED;
                    case CONSENSUS_FAILED, CLUSTER_NOT_READY, NODE_UNREACHABLE, NETWORK_TIMEOUT ->
                            Status.Code.UNAVAILABLE;
                    case PERMISSION_DENIED -> Status.Code.PERMISSION_DENIED;
                    case BLOCK_CORRUPTED -> Status.Code.DATA_LOSS;
                    case DEVICE_FAILED, READ_FAILED, WRITE_FAILED -> Status.Code.INTERNAL;
                };
        return of(code, String.valueOf(error.getMessage()));
    }
}
