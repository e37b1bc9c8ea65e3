package io.xsan.meta;

import io.xsan.base.ErrorCode;
import io.xsan.meta.command.Command;
import io.xsan.meta.command.Result;

/** How a shard talks to the metadata: commands go out, answers and images come back by mailbox. */
public interface MetaPort {
    /** Receives the end of one submission, on the shard. */
    @FunctionalInterface
    interface Answer {
        /**
         * {@code result} is null where it is not known: {@code code} is then CLUSTER_NOT_READY
         * (surely not applied) or MAYBE_APPLIED. Else {@code code} is OK.
         */
        void onAnswer(ErrorCode code, @org.jspecify.annotations.Nullable Result result);
    }

    /** Submits a command; answered once, on the shard, within {@code meta timeout}. */
    void submit(Command command, Answer answer);
}
