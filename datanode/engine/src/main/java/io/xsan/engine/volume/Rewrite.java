package io.xsan.engine.volume;

import io.xsan.base.ErrorCode;
import io.xsan.base.memory.PageBuffer;
import io.xsan.engine.lock.RangeLock;
import io.xsan.store.WriteOp;
import java.util.function.Consumer;

/**
 * Writes pages that a component has again, as a new version, to all components that count: to
 * equalise after an owner has ended (rule 6), and to repair a bad copy.
 */
final class Rewrite implements PageRead.Reader, PageWrite.Writer {
    private final VolumeEngine engine;
    private final Consumer<ErrorCode> onDone;
    private final RangeLock lock = new RangeLock(this::onLocked);
    private final PageRead read;
    private final PageWrite write;
    private long candidates;

    /** {@code onDone} is told OK if the pages were rewritten, or why they could not be read. */
    Rewrite(VolumeEngine engine, Consumer<ErrorCode> onDone) {
        this.engine = engine;
        this.onDone = onDone;
        read = new PageRead(engine, this);
        write = new PageWrite(engine, this);
    }

    /**
     * Rewrites pages as one of the members {@code candidates} has them; with none they are written
     * as lost.
     */
    void start(long block, int firstPage, int pages, long candidates) {
        this.candidates = candidates;
        write.content = candidates == 0 ? WriteOp.Content.LOST : WriteOp.Content.DATA;
        write.block = block;
        write.firstPage = firstPage;
        write.pages = pages;
        engine.locks().acquire(lock, block, firstPage, firstPage + pages, true);
    }

    private void onLocked() {
        if (candidates == 0) {
            write.start(engine.nextVersion(), null, 0);
        } else {
            read.start(write.block, write.firstPage, write.pages, candidates);
        }
    }

    @Override
    public void onPages(PageBuffer body, Member source) {
        write.start(engine.nextVersion(), body, 0);
    }

    @Override
    public void onReadFailed(ErrorCode reason) {
        engine.log().warn("rewrite-failed", "volume", engine.id(), "reason", reason);
        engine.locks().release(lock);
        onDone.accept(reason);
    }

    @Override
    public void onWritten() {
        engine.locks().release(lock);
        onDone.accept(ErrorCode.OK);
    }

    @Override
    public void onOver() {}
}
