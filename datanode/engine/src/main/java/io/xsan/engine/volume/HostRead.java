package io.xsan.engine.volume;

import io.xsan.base.Check;
import io.xsan.base.ErrorCode;
import io.xsan.base.Pages;
import io.xsan.base.memory.PageBuffer;
import io.xsan.engine.Bug;
import io.xsan.engine.VolumeIo;
import io.xsan.engine.lock.RangeLock;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * A host's read within one block: waits for writes in flight on its range (rule 8), reads, and is
 * answered only if the lease holds after that, or all components confirm the epoch (rule 5).
 */
final class HostRead implements PageRead.Reader {
    private final VolumeEngine engine;
    private final HostSide host;
    private final RangeLock lock = new RangeLock(this::onLocked);
    private final PageRead read;
    private final Confirmation confirmation;
    private @Nullable HostIo of;
    private long block;
    private int offset;
    private int length;
    private boolean hadLease;

    HostRead(VolumeEngine engine, HostSide host) {
        this.engine = engine;
        this.host = host;
        read = new PageRead(engine, this);
        confirmation = new Confirmation(engine, () -> finish(ErrorCode.OK));
    }

    void start(HostIo of, long block, int offset, int length) {
        this.of = of;
        this.block = block;
        this.offset = offset;
        this.length = length;
        if (engine.bugs().has(Bug.M_READ_IN_FLIGHT)) {
            onLocked();
            return;
        }
        engine.locks().acquire(lock, block, firstPage(), firstPage() + pages(), false);
    }

    private int firstPage() {
        return offset / Pages.PAGE_BYTES;
    }

    private int pages() {
        return (int) (Pages.ceil(offset + length) / Pages.PAGE_BYTES) - firstPage();
    }

    private void onLocked() {
        hadLease = engine.leaseHolds();
        read.start(block, firstPage(), pages());
    }

    @Override
    public void onPages(PageBuffer body, Member source) {
        copy(body);
        if (read.hasBadCopies()) {
            long holders = engine.members().holdersOf(block);
            new Rewrite(engine, outcome -> {}).start(block, firstPage(), pages(), holders);
        }
        boolean isEarly = engine.bugs().has(Bug.M_LEASE_READ) && hadLease;
        if (engine.leaseHolds() || isEarly || engine.bugs().has(Bug.CONFIRM_NONE)) {
            finish(ErrorCode.OK);
        } else {
            confirmation.start(block, source);
        }
    }

    private void copy(PageBuffer body) {
        VolumeIo io = Check.present(of, "a read has a host's").io;
        if (io == null) {
            return;
        }
        PageBuffer target = Check.present(io.buffer, "a read has a buffer");
        long inIo = block * Pages.BLOCK_BYTES + offset - io.offsetBytes;
        long targetOffset = io.bufferOffsetBytes + inIo;
        int bodyOffset = offset - firstPage() * Pages.PAGE_BYTES;
        MemorySegment.copy(body.segment(), bodyOffset, target.segment(), targetOffset, length);
        boolean isWhole =
                Pages.isAligned(io.offsetBytes)
                        && Pages.isAligned(io.lengthBytes)
                        && Pages.isAligned(io.bufferOffsetBytes);
        if (isWhole) {
            int targetPage = (int) (targetOffset / Pages.PAGE_BYTES);
            for (int page = 0; page < length / Pages.PAGE_BYTES; page++) {
                target.setPageCrc(targetPage + page, body.pageCrc(page));
            }
        }
        io.crcsValid = isWhole;
    }

    @Override
    public void onReadFailed(ErrorCode reason) {
        finish(reason);
    }

    private void finish(ErrorCode status) {
        HostIo done = Check.present(of, "a read ends once");
        of = null;
        if (lock.isGranted()) {
            engine.locks().release(lock);
        }
        host.giveBack(this);
        done.onPieceDone(status);
    }
}
