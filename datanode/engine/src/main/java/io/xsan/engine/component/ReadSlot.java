package io.xsan.engine.component;

import io.xsan.protocol.FrameHeader;
import io.xsan.store.ReadOp;

/** A read of a frame on its way from the disk. */
final class ReadSlot extends ReadOp {
    final FrameHeader request = new FrameHeader();

    ReadSlot(ComponentHost host) {
        super((op, status) -> host.onRead((ReadSlot) op, status));
    }
}
