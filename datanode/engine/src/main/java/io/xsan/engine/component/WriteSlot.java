package io.xsan.engine.component;

import io.xsan.protocol.FrameHeader;
import io.xsan.store.WriteOp;

/** A write of a frame on its way to the disk. */
final class WriteSlot extends WriteOp {
    final FrameHeader request = new FrameHeader();

    WriteSlot(ComponentHost host) {
        super((op, status) -> host.onWritten((WriteSlot) op, status));
    }
}
