package io.xsan.engine.volume;

import io.xsan.base.Check;
import io.xsan.base.ErrorCode;
import io.xsan.base.Pages;
import io.xsan.base.memory.PageBuffer;
import io.xsan.engine.Bug;
import io.xsan.engine.VolumeIo;
import io.xsan.engine.lock.RangeLock;
import io.xsan.store.WriteOp;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * A host's write, trim or zero within one block, under its range lock. Parts of pages are read,
 * changed and written (read-modify-write). The lock stays until the write is on every component
 * that counts, also when the host was told of an error meanwhile (rule 7).
 */
final class HostWrite implements PageRead.Reader, PageWrite.Writer {
    private final VolumeEngine engine;
    private final HostSide host;
    private final RangeLock lock = new RangeLock(this::onLocked);
    private final PageRead read;
    private final PageWrite write;
    private @Nullable HostIo of;
    private @Nullable PageBuffer own;
    private int offset;
    private int length;

    HostWrite(VolumeEngine engine, HostSide host) {
        this.engine = engine;
        this.host = host;
        read = new PageRead(engine, this);
        write = new PageWrite(engine, this);
        write.needsMinReplicas = true;
    }

    void start(HostIo of, WriteOp.Content content, long block, int offset, int length) {
        this.of = of;
        this.offset = offset;
        this.length = length;
        write.content = content;
        write.block = block;
        write.firstPage = offset / Pages.PAGE_BYTES;
        write.pages = (int) (Pages.ceil(offset + length) / Pages.PAGE_BYTES) - write.firstPage;
        if (engine.bugs().has(Bug.WRITE_NO_LOCK)) {
            onLocked();
            return;
        }
        engine.locks().acquire(lock, block, write.firstPage, write.firstPage + write.pages, true);
    }

    private void onLocked() {
        if (write.content != WriteOp.Content.DATA) {
            write.start(engine.nextVersion(), null, 0);
        } else if (isWholePages()) {
            writeWhole();
        } else {
            read.start(write.block, write.firstPage, write.pages);
        }
    }

    private boolean isWholePages() {
        return Pages.isAligned(offset) && Pages.isAligned(length);
    }

    /** Where this piece starts in the host's buffer. */
    private long sourceOffset(VolumeIo io) {
        return io.bufferOffsetBytes + write.block * Pages.BLOCK_BYTES + offset - io.offsetBytes;
    }

    private void writeWhole() {
        VolumeIo io = hostIo();
        if (io == null || io.kind != VolumeIo.Kind.WRITE) {
            changeAndWrite(null);
            return;
        }
        long source = sourceOffset(io);
        if (!Pages.isAligned(source)) {
            changeAndWrite(null);
            return;
        }
        PageBuffer buffer = Check.present(io.buffer, "a write has data");
        int page = (int) (source / Pages.PAGE_BYTES);
        if (!io.crcsValid) {
            host.crc().stamp(buffer, page, write.pages);
        }
        write.start(engine.nextVersion(), buffer, page);
    }

    private @Nullable VolumeIo hostIo() {
        return Check.present(of, "a write has a host's").io;
    }

    @Override
    public void onPages(PageBuffer body, Member source) {
        changeAndWrite(body);
    }

    /** Fills a buffer of its own: what is there ({@code old}), and over it what the host wrote. */
    private void changeAndWrite(@Nullable PageBuffer old) {
        int bytes = write.pages * Pages.PAGE_BYTES;
        PageBuffer buffer = host.setup().pool().takeSpare(bytes);
        if (buffer == null) {
            engine.afterRetry(this::onLocked);
            return;
        }
        own = buffer;
        if (old != null) {
            MemorySegment.copy(old.segment(), 0, buffer.segment(), 0, bytes);
        }
        int at = offset - write.firstPage * Pages.PAGE_BYTES;
        VolumeIo io = hostIo();
        if (io != null && io.kind == VolumeIo.Kind.WRITE) {
            PageBuffer data = Check.present(io.buffer, "a write has data");
            MemorySegment.copy(data.segment(), sourceOffset(io), buffer.segment(), at, length);
        } else {
            buffer.segment().asSlice(at, length).fill((byte) 0);
        }
        host.crc().stamp(buffer, 0, write.pages);
        write.start(engine.nextVersion(), buffer, 0);
    }

    @Override
    public void onReadFailed(ErrorCode reason) {
        finish(reason);
        host.giveBack(this);
    }

    @Override
    public void onWritten() {
        finish(ErrorCode.OK);
    }

    private void finish(ErrorCode status) {
        HostIo done = Check.present(of, "a write ends once");
        of = null;
        if (lock.isGranted()) {
            engine.locks().release(lock);
        }
        done.onPieceDone(status);
    }

    @Override
    public void onOver() {
        if (own != null) {
            own.release();
            own = null;
        }
        host.giveBack(this);
    }

    /** The engine has ended: memory goes back. */
    void abandon() {
        if (own != null) {
            own.release();
            own = null;
        }
    }
}
