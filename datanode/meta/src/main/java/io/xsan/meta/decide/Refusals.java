package io.xsan.meta.decide;

import io.xsan.base.ErrorCode;
import io.xsan.base.NodeId;
import io.xsan.base.VolumeId;
import io.xsan.meta.command.Result;

/** Refusals, worded: each says the field, its value and what is allowed. */
final class Refusals {
    private Refusals() {}

    static Result.Refused of(ErrorCode code, String field, String message) {
        return new Result.Refused(code, field, message);
    }

    /** {@code field} has {@code value}, but only {@code allowed} is. */
    static Result.Refused notAllowed(String field, Object value, String allowed) {
        return of(
                ErrorCode.INVALID_PARAM,
                field,
                field + " is '" + shown(value) + "'; allowed: " + allowed);
    }

    static Result.Refused conflict(String field, String message) {
        return of(ErrorCode.CONFLICT, field, message);
    }

    static Result.Refused noVolume(VolumeId id) {
        return of(ErrorCode.VOLUME_NOT_FOUND, "id", "there is no volume " + id);
    }

    static Result.Refused noNode(String field, NodeId node) {
        return of(ErrorCode.NOT_FOUND, field, "there is no node " + node);
    }

    private static String shown(Object value) {
        String text = String.valueOf(value);
        return text.length() <= 64 ? text : text.substring(0, 64) + "...";
    }
}
