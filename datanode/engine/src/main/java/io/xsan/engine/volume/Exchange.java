package io.xsan.engine.volume;

import io.xsan.base.memory.PageBuffer;
import io.xsan.protocol.FrameHeader;
import org.jspecify.annotations.Nullable;

/** A request to one or several members whose answers belong to it. */
abstract class Exchange {
    /** Number in frames; 0 while it is not listed. */
    long requestId;

    /** Members that were asked and have not answered. */
    long outstanding;

    /** When the last of those outstanding was asked. */
    long sentNanos;

    /** Next free slot of the table, while it is not listed. */
    int slot;

    /** The answer of a member; its bit is cleared already. */
    abstract void onAnswer(Member member, FrameHeader answer, @Nullable PageBuffer body);

    /** There will be no answer of this member; its bit is cleared already. */
    abstract void onLost(Member member);
}
