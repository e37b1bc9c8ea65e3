package io.xsan.engine.volume;

import io.xsan.base.ErrorCode;
import io.xsan.base.Pages;
import io.xsan.engine.ShardStatus;
import java.util.BitSet;

/**
 * Reads everything that the in-sync components of a volume hold, one round after the other, and
 * compares: a bad copy, or one that lacks what the others have, is written anew from the newest
 * version; where components have other bytes under the same version nothing is guessed, the page is
 * told and left.
 *
 * <p>A round takes half of the interval at most, so that it is over in time whatever interrupts it;
 * one that was asked for goes as fast as it may. Hosts come first: beside their I/O, and beside
 * resyncs, it goes at a quarter of that. Pages that were written after their part of the volume was
 * listed wait for the next round.
 */
public final class Scrubber {
    private static final int PIECES_PER_BLOCK = Pages.PAGES_PER_BLOCK / ScrubRead.PAGES_MAX;
    private static final int WINDOW_BLOCKS = 256;
    private static final long SECOND_NANOS = 1_000_000_000L;
    private static final long ASKED_BYTES_PER_SECOND = 64L << 20;
    private static final long BYTES_PER_SECOND_MIN = 4 << 10;
    private static final int LOADED_SHARE = 4;

    /** What was missed while it could not go on is made up for this long. */
    private static final long DEBT_NANOS_MAX = SECOND_NANOS / 10;

    private final VolumeEngine engine;
    private final ScrubRead read;
    private final BitSet pieces = new BitSet();
    private boolean isRunning;
    private boolean isBegun;
    private boolean isAsked;
    private boolean isBusy;
    private boolean isPumping;
    private boolean isListed;
    private boolean isListIncomplete;
    private int listing;
    private long dueNanos;
    private long windowBlock;
    private int nextPiece;
    private int singlePage;
    private int singleEnd;
    private boolean isSingle;
    private long startedMillis;
    private long finishedMillis;
    private long readPages;
    private long repairedPages;
    private long badPages;

    Scrubber(VolumeEngine engine) {
        this.engine = engine;
        this.read = new ScrubRead(engine, this::onCompared);
    }

    /**
     * Begins a round that goes as fast as it may, unless one is under way. One that was not asked
     * for is given up: it may have been listed long ago. The shard only; ends with the engine.
     */
    public void ask() {
        if (!isAsked) {
            isAsked = true;
            want(engine.now());
        }
    }

    private void want(long nowNanos) {
        isRunning = true;
        isBegun = false;
        dueNanos = nowNanos;
    }

    /** Called now and then. */
    void onTick(long nowNanos) {
        long intervalMillis = engine.limits().scrubIntervalMillis();
        if (!isRunning && intervalMillis > 0 && wallMillis() - finishedMillis >= intervalMillis) {
            want(nowNanos);
        }
        if (isRunning && nowNanos - dueNanos > DEBT_NANOS_MAX) {
            dueNanos = nowNanos - DEBT_NANOS_MAX;
        }
        pump();
    }

    private long wallMillis() {
        return engine.setup().clock().wallMillis();
    }

    private void begin() {
        isBegun = true;
        startedMillis = wallMillis();
        readPages = 0;
        repairedPages = 0;
        badPages = 0;
        beginWindow(0);
    }

    private void beginWindow(long block) {
        windowBlock = block;
        isListed = false;
        nextPiece = 0;
        singlePage = 0;
        singleEnd = 0;
    }

    private void pump() {
        if (isPumping) {
            return;
        }
        isPumping = true;
        while (isRunning && !isBusy && mayGoOn() && engine.now() - dueNanos >= 0) {
            step();
        }
        isPumping = false;
    }

    private boolean mayGoOn() {
        return engine.isServing() && !engine.host().isHandingOver();
    }

    private void step() {
        if (!isBegun) {
            begin();
        }
        if (!isListed) {
            list();
            return;
        }
        isSingle = singlePage < singleEnd;
        if (isSingle) {
            compare(block(), singlePage, 1);
            return;
        }
        nextPiece = pieces.nextSetBit(nextPiece);
        if (nextPiece >= 0) {
            compare(block(), pageOf(nextPiece), ScrubRead.PAGES_MAX);
        } else if (windowBlock + WINDOW_BLOCKS < blocks()) {
            beginWindow(windowBlock + WINDOW_BLOCKS);
        } else {
            finish();
        }
    }

    private long block() {
        return windowBlock + nextPiece / PIECES_PER_BLOCK;
    }

    private static int pageOf(int piece) {
        return piece % PIECES_PER_BLOCK * ScrubRead.PAGES_MAX;
    }

    private long blocks() {
        return Math.ceilDiv(engine.record().sizeBytes(), Pages.BLOCK_BYTES);
    }

    /** Finds out which pieces of the window any in-sync component holds. */
    private void list() {
        pieces.clear();
        isBusy = true;
        isListIncomplete = false;
        listing = 1;
        for (Member member : engine.members().all()) {
            if (member.isInSync() && !member.isGain) {
                listing++;
                new ExtentLister(engine, member, 0, windowBlock + WINDOW_BLOCKS, new Pieces())
                        .start(windowBlock);
            }
        }
        onListed(true);
    }

    private final class Pieces implements ExtentLister.Sink {
        @Override
        public void onExtent(long block, int firstPage, int count, long version, int content) {
            int first = (int) (block - windowBlock) * PIECES_PER_BLOCK;
            int last = (firstPage + count - 1) / ScrubRead.PAGES_MAX;
            pieces.set(first + firstPage / ScrubRead.PAGES_MAX, first + last + 1);
        }

        @Override
        public void onListed(boolean isComplete) {
            Scrubber.this.onListed(isComplete);
        }
    }

    private void onListed(boolean isComplete) {
        isListIncomplete |= !isComplete;
        if (--listing > 0) {
            return;
        }
        isBusy = false;
        isListed = !isListIncomplete;
        if (isListIncomplete) {
            pause();
        }
        pump();
    }

    private void pause() {
        dueNanos = engine.now() + SECOND_NANOS;
    }

    private void compare(long block, int firstPage, int count) {
        isBusy = true;
        dueNanos += (long) count * Pages.PAGE_BYTES * SECOND_NANOS / bytesPerSecond();
        read.start(block, firstPage, count);
    }

    private long bytesPerSecond() {
        boolean isLoaded = engine.host().isBusy() || !engine.members().resyncs().isEmpty();
        long rate = ASKED_BYTES_PER_SECOND;
        if (!isAsked) {
            long half = Math.max(1, engine.limits().scrubIntervalMillis() / 2);
            long needed = engine.record().sizeBytes() / half * 1_000;
            rate = Math.clamp(needed, BYTES_PER_SECOND_MIN, ASKED_BYTES_PER_SECOND);
        }
        return isLoaded ? rate / LOADED_SHARE : rate;
    }

    private void onCompared(ScrubRead.Outcome outcome) {
        switch (outcome) {
            case EQUAL -> onDone(0, 0);
            case UNEQUAL -> {
                singlePage = pageOf(nextPiece);
                singleEnd = singlePage + ScrubRead.PAGES_MAX;
                goOn();
            }
            case REPAIRABLE ->
                    new Rewrite(engine, this::onRewritten)
                            .start(block(), singlePage, 1, read.holders());
            case LOST, CONFLICT -> {
                engine.log()
                        .error(
                                "scrub-unrepairable",
                                "volume",
                                engine.id(),
                                "block",
                                block(),
                                "page",
                                singlePage,
                                "reason",
                                outcome);
                onDone(0, 1);
            }
            case AGAIN -> {
                pause();
                goOn();
            }
        }
    }

    private void onRewritten(ErrorCode outcome) {
        if (outcome == ErrorCode.OK) {
            engine.log()
                    .warn(
                            "scrub-repaired",
                            "volume",
                            engine.id(),
                            "block",
                            block(),
                            "page",
                            singlePage);
            onDone(1, 0);
        } else {
            // A component was lost, or the page has changed: it is compared again.
            pause();
            goOn();
        }
    }

    /** The piece, or the single page, has been dealt with. */
    private void onDone(int repaired, int bad) {
        repairedPages += repaired;
        badPages += bad;
        if (isSingle) {
            readPages++;
            singlePage++;
        } else {
            readPages += ScrubRead.PAGES_MAX;
        }
        if (singlePage >= singleEnd) {
            singleEnd = 0;
            nextPiece++;
        }
        goOn();
    }

    private void goOn() {
        isBusy = false;
        pump();
    }

    private void finish() {
        isRunning = false;
        isAsked = false;
        finishedMillis = wallMillis();
        engine.log()
                .info(
                        "scrub-finished",
                        "volume",
                        engine.id(),
                        "pages",
                        readPages,
                        "repaired",
                        repairedPages,
                        "unrepairable",
                        badPages);
    }

    /** Where it stands, for status displays. */
    ShardStatus.Scrub status() {
        long doneBytes =
                Math.min(
                        engine.record().sizeBytes(),
                        (isListed && nextPiece >= 0 ? block() : windowBlock) * Pages.BLOCK_BYTES);
        return new ShardStatus.Scrub(
                isRunning,
                isRunning && isBegun ? doneBytes : 0,
                startedMillis,
                finishedMillis,
                readPages,
                repairedPages,
                badPages);
    }
}
