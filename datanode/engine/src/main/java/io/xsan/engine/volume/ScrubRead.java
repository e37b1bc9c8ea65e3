package io.xsan.engine.volume;

import io.xsan.base.ErrorCode;
import io.xsan.base.Pages;
import io.xsan.base.memory.PageBuffer;
import io.xsan.engine.lock.RangeLock;
import io.xsan.protocol.FrameHeader;
import io.xsan.protocol.FrameKind;
import org.jspecify.annotations.Nullable;

/**
 * Reads pages of one block from every in-sync component that holds them and compares the checksums
 * of what they have. The lock is shared: no write is in flight on the pages meanwhile, so these
 * components have to be equal (invariant 5). Used again and again.
 */
final class ScrubRead extends Exchange {
    /** Most pages of one comparison: what fits the smaller buffers. */
    static final int PAGES_MAX = 16;

    /** What was found. */
    enum Outcome {
        /** All copies are good and the same. */
        EQUAL,
        /** Some page is not: they are to be looked at one by one. */
        UNEQUAL,
        /** One page: {@link #holders()} have the newest version, others do not. */
        REPAIRABLE,
        /** One page: no component has a good copy of the newest version. */
        LOST,
        /** One page: components have other bytes under the same version. */
        CONFLICT,
        /** A component could not be asked, or did not answer. */
        AGAIN
    }

    /** Told when a comparison has ended and the lock is released. */
    interface Listener {
        void onCompared(Outcome outcome);
    }

    private final VolumeEngine engine;
    private final Listener listener;
    private final RangeLock lock = new RangeLock(this::onLocked);
    private int[] crcs = {};
    private long[] versions = {};
    private long block;
    private int firstPage;
    private int pages;
    private long asked;
    private long good;
    private long holders;
    private boolean isIncomplete;

    ScrubRead(VolumeEngine engine, Listener listener) {
        this.engine = engine;
        this.listener = listener;
    }

    void start(long block, int firstPage, int pages) {
        this.block = block;
        this.firstPage = firstPage;
        this.pages = pages;
        if (versions.length == 0) {
            versions = new long[engine.members().all().size()];
            crcs = new int[versions.length * PAGES_MAX];
        }
        engine.locks().acquire(lock, block, firstPage, firstPage + pages, false);
    }

    /** Members that have the newest version of the page, after REPAIRABLE. */
    long holders() {
        return holders;
    }

    private void onLocked() {
        engine.exchanges().begin(this);
        asked = engine.members().inSync(engine.members().holdersOf(block));
        good = 0;
        isIncomplete = asked == 0 || !engine.members().allInSyncUsable(asked);
        if (isIncomplete) {
            finish();
            return;
        }
        for (Member member : engine.members().all()) {
            if ((asked & member.bit) != 0) {
                ask(member);
            }
        }
    }

    private void ask(Member member) {
        FrameHeader header = engine.header(FrameKind.READ, member, this);
        header.block = block;
        header.offsetBytes = firstPage * Pages.PAGE_BYTES;
        header.lengthBytes = pages * Pages.PAGE_BYTES;
        engine.send(this, member, null, 0);
    }

    private static int index(Member member) {
        return Long.numberOfTrailingZeros(member.bit);
    }

    @Override
    void onAnswer(Member member, FrameHeader answer, @Nullable PageBuffer body) {
        versions[index(member)] = answer.version;
        if (answer.status == ErrorCode.OK && body != null) {
            good |= member.bit;
            for (int page = 0; page < pages; page++) {
                crcs[index(member) * PAGES_MAX + page] = body.pageCrc(page);
            }
        } else {
            isIncomplete |= answer.status != ErrorCode.BLOCK_CORRUPTED;
        }
        finishIfAnswered();
    }

    @Override
    void onLost(Member member) {
        isIncomplete = true;
        finishIfAnswered();
    }

    private void finishIfAnswered() {
        if (outstanding == 0) {
            finish();
        }
    }

    private void finish() {
        engine.exchanges().end(this);
        engine.locks().release(lock);
        listener.onCompared(outcome());
    }

    private Outcome outcome() {
        if (isIncomplete) {
            return Outcome.AGAIN;
        }
        if (good == asked && areEqual(good)) {
            return Outcome.EQUAL;
        }
        if (pages > 1) {
            return Outcome.UNEQUAL;
        }
        holders = newest();
        if (holders == 0) {
            return Outcome.LOST;
        }
        return areEqual(holders) ? Outcome.REPAIRABLE : Outcome.CONFLICT;
    }

    private boolean areEqual(long members) {
        int first = Long.numberOfTrailingZeros(members) * PAGES_MAX;
        for (long left = members; left != 0; left &= left - 1) {
            int other = Long.numberOfTrailingZeros(left) * PAGES_MAX;
            for (int page = 0; page < pages; page++) {
                if (crcs[other + page] != crcs[first + page]) {
                    return false;
                }
            }
        }
        return true;
    }

    /** Good copies of the newest version that any component, also one with a bad copy, names. */
    private long newest() {
        long newest = 0;
        for (long left = asked; left != 0; left &= left - 1) {
            newest = Math.max(newest, versions[Long.numberOfTrailingZeros(left)]);
        }
        long found = 0;
        for (long left = good; left != 0; left &= left - 1) {
            if (versions[Long.numberOfTrailingZeros(left)] == newest) {
                found |= left & -left;
            }
        }
        return found;
    }
}
