package io.xsan.protocol.client;

import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.xsan.base.ErrorCode;

/** A call that ended with an error of XSAN, or that no datanode answered. */
public final class ApiException extends RuntimeException {
    /** Number of the error code, in the trailers of a failed call. */
    public static final Metadata.Key<String> CODE =
            Metadata.Key.of("xsan-code", Metadata.ASCII_STRING_MARSHALLER);

    /** What of the request was at fault, in the trailers of a failed call; absent if nothing. */
    public static final Metadata.Key<String> FIELD =
            Metadata.Key.of("xsan-field", Metadata.ASCII_STRING_MARSHALLER);

    private static final long serialVersionUID = 2L;

    private final ErrorCode code;
    private final String field;

    /** An error with {@code code} and a sentence for people. */
    public ApiException(ErrorCode code, String message) {
        this(code, "", message);
    }

    /** An error with {@code code} in {@code field} of the request and a sentence for people. */
    public ApiException(ErrorCode code, String field, String message) {
        super(message);
        this.code = code;
        this.field = field;
    }

    /** What of the request was at fault, empty if nothing. */
    public String field() {
        return field;
    }

    /** The error code. */
    public ErrorCode code() {
        return code;
    }

    /** What a failed call means. */
    static ApiException of(StatusRuntimeException failure) {
        Metadata trailers = failure.getTrailers();
        String number = trailers == null ? null : trailers.get(CODE);
        String description = failure.getStatus().getDescription();
        String message = description == null ? failure.getStatus().toString() : description;
        if (trailers != null && number != null && number.matches("[0-9]{1,3}")) {
            String field = trailers.get(FIELD);
            return new ApiException(
                    ErrorCode.of(Integer.parseInt(number)), field == null ? "" : field, message);
        }
        ErrorCode code =
                switch (failure.getStatus().getCode()) {
                    case DEADLINE_EXCEEDED -> ErrorCode.NETWORK_TIMEOUT;
                    case UNAVAILABLE -> ErrorCode.NODE_UNREACHABLE;
                    case UNAUTHENTICATED, PERMISSION_DENIED -> ErrorCode.PERMISSION_DENIED;
                    default -> ErrorCode.CONSENSUS_FAILED;
                };
        return new ApiException(code, message + cause(failure));
    }

    /** gRPC calls every failed connection an "io exception"; its causes say which and why. */
    private static String cause(StatusRuntimeException failure) {
        StringBuilder why = new StringBuilder();
        for (Throwable each = failure.getCause(); each != null; each = each.getCause()) {
            String message = each.getMessage();
            if (message != null && why.indexOf(message) < 0) {
                why.append(": ").append(message);
            }
        }
        return why.toString();
    }

    /** True where another datanode may answer, and the call surely did nothing. */
    static boolean isElsewhere(StatusRuntimeException failure) {
        return failure.getStatus().getCode() == Status.Code.UNAVAILABLE;
    }
}
