package io.xsan.engine.volume;

import io.xsan.base.ErrorCode;
import io.xsan.meta.command.Command;
import io.xsan.meta.command.Result;
import io.xsan.meta.image.MoveRecord;
import org.jspecify.annotations.Nullable;

/**
 * Ends a move of data (rule 11): once all that nodes gain is in sync, the next ring becomes the
 * volume's. What nodes gain is brought up to date as components are, by resyncs, and counts for
 * acks and stable from its promotion on; so every write that this engine acknowledges until the
 * outcome is known is on both rings.
 */
final class Moving {
    private final VolumeEngine engine;
    private boolean isCommitting;
    private boolean isRewriting;
    private long settledAt;

    Moving(VolumeEngine engine) {
        this.engine = engine;
    }

    /**
     * Copies have versions above stable, which only writes move. On an idle volume the next engine
     * would take all that was copied for a window to equalise; so one page is written anew.
     */
    void afterResync() {
        settledAt = engine.newestVersion();
        if (!isRewriting && engine.isServing()) {
            isRewriting = true;
            new Rewrite(engine, outcome -> isRewriting = false)
                    .start(0, 0, 1, engine.members().holdersOf(0));
        }
    }

    /** Called now and then while the engine serves. */
    void commitIfComplete() {
        MoveRecord move = engine.record().move().orElse(null);
        if (move == null || isCommitting || !engine.isServing() || !isComplete(move)) {
            return;
        }
        isCommitting = true;
        engine.log()
                .info(
                        "move-complete",
                        "volume",
                        engine.id(),
                        "ring",
                        move.ring().version(),
                        "nodes",
                        move.ring().members().size());
        engine.setup()
                .meta()
                .submit(
                        new Command.CommitMove(
                                engine.volumeId(), engine.epoch(), move.ring().version()),
                        this::onCommitted);
    }

    private boolean isComplete(MoveRecord move) {
        boolean isRecording = isRewriting && engine.stable() < settledAt;
        for (Member member : engine.members().all()) {
            isRecording |= member.isGain && (member.isRecording || member.isPromotionPending);
        }
        return move.isComplete() && !isRecording;
    }

    private void onCommitted(ErrorCode code, @Nullable Result result) {
        isCommitting = false;
        if (engine.isEnded()) {
            return;
        }
        if (code == ErrorCode.OK && result instanceof Result.Done done) {
            // Other components: this ends the engine, and the next one serves from the new ring.
            engine.adopt(done.volume(), done.index());
        } else if (code == ErrorCode.OK) {
            engine.onRefused(result);
        }
        // What is not known to have happened is asked for again.
    }
}
