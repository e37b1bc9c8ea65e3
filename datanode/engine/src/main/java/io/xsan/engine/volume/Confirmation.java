package io.xsan.engine.volume;

import io.xsan.base.ErrorCode;
import io.xsan.base.memory.PageBuffer;
import io.xsan.engine.Bug;
import io.xsan.protocol.FrameHeader;
import io.xsan.protocol.FrameKind;
import org.jspecify.annotations.Nullable;

/**
 * Asks every component of a block that counts for acks whether it still holds this epoch (rule 5),
 * after the data of a read were read. The one that gave the data under its check of the epoch has
 * confirmed by that.
 */
final class Confirmation extends Exchange {
    private final VolumeEngine engine;
    private final Runnable onConfirmed;
    private long block;
    private long confirmed;

    Confirmation(VolumeEngine engine, Runnable onConfirmed) {
        this.engine = engine;
        this.onConfirmed = onConfirmed;
    }

    void start(long block, Member source) {
        this.block = block;
        confirmed = source.bit;
        engine.exchanges().begin(this);
        review();
    }

    /** Asks who is missing, or ends; also after a change of states. */
    void review() {
        if (requestId == 0) {
            return;
        }
        long missing = engine.members().counting(block) & ~confirmed;
        boolean areMost = Long.bitCount(confirmed) > Long.bitCount(missing);
        if (engine.bugs().has(Bug.CONFIRM_ONE)
                || areMost && engine.bugs().has(Bug.CONFIRM_MAJORITY)) {
            missing = 0;
        }
        if (missing == 0) {
            engine.exchanges().end(this);
            onConfirmed.run();
            return;
        }
        boolean isWaiting = false;
        for (Member member : engine.members().all()) {
            if ((missing & ~outstanding & member.bit) != 0) {
                if (member.isUsable()) {
                    engine.header(FrameKind.CONFIRM, member, this);
                    engine.send(this, member, null, 0);
                } else {
                    isWaiting = true;
                }
            }
        }
        if (isWaiting) {
            engine.park(this);
        }
    }

    /** Gives up: nobody is told. */
    void abandon() {
        if (requestId != 0) {
            engine.exchanges().end(this);
        }
    }

    @Override
    void onAnswer(Member member, FrameHeader answer, @Nullable PageBuffer body) {
        if (answer.status == ErrorCode.OK) {
            confirmed |= member.bit;
            review();
        } else {
            engine.park(this);
        }
    }

    @Override
    void onLost(Member member) {
        engine.park(this);
    }
}
