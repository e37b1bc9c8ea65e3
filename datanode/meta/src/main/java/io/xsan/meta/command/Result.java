package io.xsan.meta.command;

import io.xsan.base.ErrorCode;
import io.xsan.meta.image.VolumeRecord;
import java.util.List;
import java.util.Optional;

/** What became of a command. */
public sealed interface Result {
    /** Done (or done before). {@code volume} is the volume concerned, after the command. */
    record Done(long index, Optional<VolumeRecord> volume) implements Result {}

    /**
     * Refused; nothing has changed. {@code field} names what of the request was at fault (empty if
     * none) and {@code message} says value and what is allowed.
     */
    record Refused(ErrorCode code, String field, String message) implements Result {}

    /** Results of a command with several changes, in their order: OK or why not. */
    record Several(long index, List<ErrorCode> outcomes, List<VolumeRecord> volumes)
            implements Result {
        /** Copies the lists. */
        public Several {
            outcomes = List.copyOf(outcomes);
            volumes = List.copyOf(volumes);
        }
    }
}
