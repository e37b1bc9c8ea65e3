package io.xsan.engine.volume;

import io.xsan.base.ErrorCode;
import io.xsan.base.memory.PageBuffer;
import io.xsan.engine.lock.RangeLock;
import java.util.function.Consumer;

/**
 * Writes pages that a component has again, as a new version, to all components that count: to
 * equalise after an owner has ended (rule 6), and to repair a bad copy.
 */
final class Rewrite implements PageRead.Reader, PageWrite.Writer {
    private final VolumeEngine engine;
    private final Consumer<Boolean> onDone;
    private final RangeLock lock = new RangeLock(this::onLocked);
    private final PageRead read;
    private final PageWrite write;
    private long candidates;

    /** {@code onDone} is told whether the pages were rewritten. */
    Rewrite(VolumeEngine engine, Consumer<Boolean> onDone) {
        this.engine = engine;
        this.onDone = onDone;
        read = new PageRead(engine, this);
        write = new PageWrite(engine, this);
    }

    /** Rewrites pages as one of the members {@code candidates} has them. */
    void start(long block, int firstPage, int pages, long candidates) {
        this.candidates = candidates;
        write.block = block;
        write.firstPage = firstPage;
        write.pages = pages;
        engine.locks().acquire(lock, block, firstPage, firstPage + pages, true);
    }

    private void onLocked() {
        read.start(write.block, write.firstPage, write.pages, candidates);
    }

    @Override
    public void onPages(PageBuffer body, Member source) {
        write.start(engine.nextVersion(), body, 0);
    }

    @Override
    public void onReadFailed(ErrorCode reason) {
        engine.log().error("rewrite-failed", "volume", engine.id(), "reason", reason);
        engine.locks().release(lock);
        onDone.accept(false);
    }

    @Override
    public void onWritten() {
        engine.locks().release(lock);
        onDone.accept(true);
    }

    @Override
    public void onOver() {}
}
