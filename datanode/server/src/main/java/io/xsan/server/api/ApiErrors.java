package io.xsan.server.api;

import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.xsan.base.ErrorCode;
import io.xsan.protocol.client.ApiException;

/** Errors of XSAN as errors of gRPC: derived here and nowhere else. */
public final class ApiErrors {
    private ApiErrors() {}

    /** The failure of a call: {@code message} is a sentence for people. */
    public static StatusRuntimeException of(ErrorCode code, String message) {
        return of(code, "", message);
    }

    /** An error in {@code field} of the request; empty if none is at fault. */
    static StatusRuntimeException of(ErrorCode code, String field, String message) {
        Metadata trailers = new Metadata();
        if (!field.isEmpty()) {
            trailers.put(ApiException.FIELD, field);
        }
        trailers.put(ApiException.CODE, Integer.toString(code.number()));
        return Status.fromCode(status(code)).withDescription(message).asRuntimeException(trailers);
    }

    private static Status.Code status(ErrorCode code) {
        return switch (code) {
            case OK -> Status.Code.OK;
            case NOMEM, BUSY, INSUFFICIENT_SPACE -> Status.Code.RESOURCE_EXHAUSTED;
            case INVALID_PARAM -> Status.Code.INVALID_ARGUMENT;
            case NOT_FOUND, VOLUME_NOT_FOUND -> Status.Code.NOT_FOUND;
            case ALREADY_EXISTS -> Status.Code.ALREADY_EXISTS;
            case CONFLICT, NOT_OWNER, EPOCH_FENCED, SESSION_DROPPED, IDENTITY_MISMATCH ->
                    Status.Code.FAILED_PRECONDITION;
            case MAYBE_APPLIED, CONSENSUS_FAILED, CLUSTER_NOT_READY -> Status.Code.ABORTED;
            case PERMISSION_DENIED -> Status.Code.PERMISSION_DENIED;
            case UNSUPPORTED -> Status.Code.UNIMPLEMENTED;
            case NODE_UNREACHABLE, NETWORK_TIMEOUT -> Status.Code.UNAVAILABLE;
            case BLOCK_CORRUPTED -> Status.Code.DATA_LOSS;
            case DEVICE_FAILED, READ_FAILED, WRITE_FAILED -> Status.Code.INTERNAL;
        };
    }
}
