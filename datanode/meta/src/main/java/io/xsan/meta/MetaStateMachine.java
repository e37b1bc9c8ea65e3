package io.xsan.meta;

import io.xsan.base.Check;
import io.xsan.base.ErrorCode;
import io.xsan.base.seam.ConsensusLog;
import io.xsan.base.seam.KvStore;
import io.xsan.meta.codec.CommandCodec;
import io.xsan.meta.codec.Decoded;
import io.xsan.meta.codec.ResultCodec;
import io.xsan.meta.command.Command;
import io.xsan.meta.command.Result;
import io.xsan.meta.decide.Decider;
import io.xsan.meta.decide.Decision;
import io.xsan.meta.image.ClusterImage;
import java.util.function.Consumer;

/**
 * The metadata as a state machine over the log: decides each command, writes what it changed
 * together with its index in one batch, then tells of the new image. Batches are not synced: the
 * log is what makes commands durable, and after a crash it is applied again from the index found in
 * the store.
 *
 * <p>Confined to the thread of the log; other threads get images from the listener.
 */
public final class MetaStateMachine implements ConsensusLog.StateMachine {
    private final KvStore store;
    private final Consumer<ClusterImage> listener;
    private ClusterImage image;

    /**
     * Loads the state from {@code store} and tells {@code listener} of it, then of every image that
     * follows, on the thread that applies. A store with damaged records is a bug or a broken disk:
     * an InvariantViolation.
     */
    public MetaStateMachine(KvStore store, Consumer<ClusterImage> listener) {
        this.store = store;
        this.listener = listener;
        this.image = StateStore.load(store);
        listener.accept(image);
    }

    /** Makes {@code store}, which is empty, hold a state; durable on return. */
    public static void write(KvStore store, ClusterImage state) {
        StateStore.write(store, state);
    }

    /** The store has another state by now, of a checkpoint: goes on from that. */
    public void reload() {
        image = StateStore.load(store);
        listener.accept(image);
    }

    /** The state now. */
    public ClusterImage image() {
        return image;
    }

    /** Index of the last command applied; 0 before the first. */
    public long appliedIndex() {
        return image.index();
    }

    /**
     * {@inheritDoc}
     *
     * <p>An index that was applied before is answered with MAYBE_APPLIED and changes nothing; bytes
     * that are no command are refused with INVALID_PARAM.
     */
    @Override
    public byte[] apply(long index, byte[] command) {
        if (index <= image.index()) {
            return ResultCodec.encode(
                    new Result.Refused(
                            ErrorCode.MAYBE_APPLIED,
                            "",
                            "entry " + index + " was applied before this state was loaded"));
        }
        return switch (CommandCodec.decode(command)) {
            case Decoded.Ok<Command>(Command decoded) ->
                    applied(Decider.decide(image, index, decoded));
            case Decoded.Failed<Command>(var fault, var detail) ->
                    applied(
                            Decider.refuse(
                                    image, index, "not a command: " + fault + " in " + detail));
        };
    }

    private byte[] applied(Decision decision) {
        Check.that(decision.image().index() > image.index(), "index grows");
        StateStore.write(store, decision);
        image = decision.image();
        listener.accept(image);
        return ResultCodec.encode(decision.result());
    }
}
