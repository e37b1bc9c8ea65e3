package io.xsan.engine.volume;

import io.xsan.base.ErrorCode;
import io.xsan.base.memory.PageBuffer;
import io.xsan.engine.Bug;
import io.xsan.engine.lock.RangeLock;
import io.xsan.store.WriteOp;

/**
 * One copy of a resync: read from an in-sync component, written as a new version, under lock. A
 * page that no in-sync component can read is written as lost, so that the component answers what
 * they do and never what it has of old; unless its own copy is the one that they should have.
 */
final class Copy implements PageRead.Reader, PageWrite.Writer {
    /** Reads of a page, with pauses, before it is given up. */
    private static final int TRIES = 3;

    private final VolumeEngine engine;
    private final Resync resync;
    private final RangeLock lock = new RangeLock(this::onLocked);
    private final PageRead read;
    private final PageWrite write;
    private boolean isLocked;
    private boolean isOver = true;
    private int failures;
    private long life;

    Copy(VolumeEngine engine, Resync resync, Member member) {
        this.engine = engine;
        this.resync = resync;
        read = new PageRead(engine, this);
        read.spare = member;
        write = new PageWrite(engine, this);
        write.only = member;
    }

    boolean isOver() {
        return isOver;
    }

    void start(long block, int firstPage, int pages) {
        isOver = false;
        failures = 0;
        life++;
        write.content = WriteOp.Content.DATA;
        write.block = block;
        write.firstPage = firstPage;
        write.pages = pages;
        if (engine.bugs().has(Bug.M_COPY_NO_LOCK)) {
            onLocked();
            return;
        }
        isLocked = true;
        engine.locks().acquireAhead(lock, block, firstPage, firstPage + pages);
    }

    private void onLocked() {
        read.start(write.block, write.firstPage, write.pages);
    }

    @Override
    public void onPages(PageBuffer body, Member source) {
        boolean isOld = engine.bugs().has(Bug.M_COPY_OLDVER);
        write.start(isOld ? engine.stable() : engine.nextVersion(), body, 0);
    }

    @Override
    public void onReadFailed(ErrorCode reason) {
        boolean isBadPage = reason == ErrorCode.BLOCK_CORRUPTED && write.pages == 1;
        if (isBadPage && ++failures < TRIES) {
            // What a device cannot read now it may read a moment later.
            long begun = life;
            engine.afterRetry(() -> readAgain(begun));
            return;
        }
        if (isBadPage) {
            resync.onPageLost(write.block, write.firstPage);
            write.content = WriteOp.Content.LOST;
            write.start(engine.nextVersion(), null, 0);
            return;
        }
        isOver = true;
        if (reason == ErrorCode.BLOCK_CORRUPTED) {
            resync.copySingly(write.block, write.firstPage, write.pages);
            unlock();
            resync.pump();
        } else {
            unlock();
            resync.onCopyFailed(reason);
        }
    }

    private void readAgain(long begun) {
        if (begun == life && !isOver) {
            read.start(write.block, write.firstPage, write.pages);
        }
    }

    @Override
    public void onWritten() {
        unlock();
    }

    @Override
    public void onOver() {
        isOver = true;
        resync.onCopied(write.pages);
    }

    /** Gives up; the lock is free after. */
    void abandon() {
        read.abandon();
        write.abandon();
        unlock();
        isOver = true;
    }

    private void unlock() {
        if (isLocked) {
            isLocked = false;
            engine.locks().release(lock);
        }
    }
}
