package io.xsan.base.seam;

/**
 * A replicated log of commands of which every member applies the same sequence. Production: Apache
 * Ratis. The state machine is given at construction.
 */
public interface ConsensusLog {
    /** What the log drives on every member, in log order, on one thread. */
    interface StateMachine {
        /**
         * Decides and applies the command at {@code index}; deterministic. The result goes to the
         * proposer if this member is the one that proposed. A refusal is a result.
         */
        byte[] apply(long index, byte[] command);
    }

    /** How a proposal ended. */
    sealed interface Outcome {
        /** Applied at {@link #index()}; {@link #result()} is the state machine's. */
        final class Applied implements Outcome {
            private final long index;
            private final byte[] result;

            /** Takes over {@code result}. */
            public Applied(long index, byte[] result) {
                this.index = index;
                this.result = result;
            }

            /** Place in the log. */
            public long index() {
                return index;
            }

            /** The state machine's answer; not copied. */
            public byte[] result() {
                return result;
            }
        }

        /** Surely not applied: no leader could be found, or the queue is full. Try again. */
        record NotReady(String reason) implements Outcome {}

        /** May have been applied, or may be later: repeat it, commands are idempotent. */
        record MaybeApplied(String reason) implements Outcome {}
    }

    /**
     * Receives the outcome of one proposal, once, within seconds, on a thread of the log's or
     * within the call.
     */
    @FunctionalInterface
    interface Callback {
        /** Takes the outcome. */
        void onOutcome(Outcome outcome);
    }

    /** Proposes a command, on any member; forwarded to the leader. Any thread. */
    void propose(byte[] command, Callback callback);
}
