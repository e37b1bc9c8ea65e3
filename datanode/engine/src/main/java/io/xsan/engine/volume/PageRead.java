package io.xsan.engine.volume;

import io.xsan.base.Check;
import io.xsan.base.ErrorCode;
import io.xsan.base.Pages;
import io.xsan.base.memory.PageBuffer;
import io.xsan.protocol.FrameHeader;
import io.xsan.protocol.FrameKind;
import java.lang.foreign.MemorySegment;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Reads pages of one block from one in-sync component, the local one first; from another where a
 * copy is bad or a component is lost. Where every copy of the range has a bad page, each page is
 * read for itself, from whoever has it. Waits while there is no component.
 */
final class PageRead extends Exchange {
    /** Who wants the pages. */
    interface Reader {
        /** The pages, borrowed, at byte 0 of {@code body}; the last given by {@code source}. */
        void onPages(PageBuffer body, Member source);

        /** BLOCK_CORRUPTED: no in-sync component has some page. NOT_FOUND: there is none. */
        void onReadFailed(ErrorCode reason);
    }

    private final VolumeEngine engine;
    private final Reader reader;

    /**
     * A member that is not in sync. It is asked for a page that is bad on all that are: where it
     * has the version that one of those should have, its bytes are the same. Null for none.
     */
    @Nullable Member spare;

    private final TreeSet<Long> badVersions = new TreeSet<>();
    private long block;
    private int firstPage;
    private int pages;
    private long candidates;
    private long bad;
    private boolean hasBadCopies;
    private boolean isWaiting;

    /** All pages, while each is read for itself; else null. */
    private @Nullable PageBuffer whole;

    private int pagesDone;
    private int askedOffsetBytes;
    private int askedLengthBytes;

    PageRead(VolumeEngine engine, Reader reader) {
        this.engine = engine;
        this.reader = reader;
    }

    void start(long block, int firstPage, int pages) {
        start(block, firstPage, pages, engine.members().holdersOf(block));
    }

    /** As {@link #start(long, int, int)}, from one of the members {@code candidates}. */
    void start(long block, int firstPage, int pages, long candidates) {
        this.candidates = candidates;
        this.block = block;
        this.firstPage = firstPage;
        this.pages = pages;
        hasBadCopies = false;
        forgetBad();
        engine.exchanges().begin(this);
        ask();
    }

    private void forgetBad() {
        bad = 0;
        badVersions.clear();
    }

    /** True if a copy was found bad by this read. */
    boolean hasBadCopies() {
        return hasBadCopies;
    }

    /** Tries again if it found no component before. */
    void retry() {
        if (isWaiting) {
            isWaiting = false;
            ask();
        }
    }

    private boolean isOnePage() {
        return whole != null || pages == 1;
    }

    private void ask() {
        long replicas = engine.members().replicasOf(block) & candidates;
        Member source = engine.members().source(replicas & ~bad);
        if (source != null) {
            send(source);
        } else if (bad != 0 && engine.members().allInSyncUsable(replicas)) {
            askOthers();
        } else if (engine.members().inSync(replicas) == 0) {
            fail(ErrorCode.NOT_FOUND);
        } else {
            await();
        }
    }

    /** Every in-sync component has answered that its copy is bad. */
    private void askOthers() {
        Member other = spare;
        if (!isOnePage() && Long.bitCount(bad) > 1) {
            whole = engine.setup().pool().takeSpare(pages * Pages.PAGE_BYTES);
            pagesDone = 0;
            if (whole == null) {
                await();
                return;
            }
            forgetBad();
            ask();
        } else if (isOnePage() && other != null && (bad & other.bit) == 0) {
            if (other.isUsable()) {
                send(other);
            } else {
                await();
            }
        } else {
            fail(ErrorCode.BLOCK_CORRUPTED);
        }
    }

    private void send(Member source) {
        FrameHeader header = engine.header(FrameKind.READ, source, this);
        askedOffsetBytes = (firstPage + (whole == null ? 0 : pagesDone)) * Pages.PAGE_BYTES;
        askedLengthBytes = (whole == null ? pages : 1) * Pages.PAGE_BYTES;
        header.block = block;
        header.offsetBytes = askedOffsetBytes;
        header.lengthBytes = askedLengthBytes;
        engine.send(this, source, null, 0);
    }

    private void await() {
        isWaiting = true;
        engine.park(this);
    }

    private void fail(ErrorCode reason) {
        end();
        releaseWhole();
        reader.onReadFailed(reason);
    }

    /** Gives up: nobody is told. */
    void abandon() {
        if (requestId != 0) {
            end();
        }
        releaseWhole();
    }

    private void end() {
        isWaiting = false;
        engine.exchanges().end(this);
    }

    private void releaseWhole() {
        if (whole != null) {
            whole.release();
            whole = null;
        }
    }

    @Override
    void onAnswer(Member member, FrameHeader answer, @Nullable PageBuffer body) {
        boolean isOfThis =
                answer.offsetBytes == askedOffsetBytes && answer.lengthBytes == askedLengthBytes;
        if (!isOfThis) {
            // It took so long that another component was asked, and then for another page.
            ask();
            return;
        }
        boolean isSpare = member == spare && !member.isInSync();
        boolean isGood = answer.status == ErrorCode.OK;
        if (isGood && (!isSpare || badVersions.contains(answer.version))) {
            onGood(Check.present(body, "an answered read has pages"), member);
        } else if (isSpare) {
            bad |= member.bit;
            ask();
        } else if (answer.status == ErrorCode.BLOCK_CORRUPTED) {
            onBad(member, answer.version);
        } else {
            await();
        }
    }

    private void onBad(Member member, long version) {
        bad |= member.bit;
        hasBadCopies = true;
        badVersions.add(version);
        engine.log().warn("bad-copy", "volume", engine.id(), "node", member.node, "block", block);
        ask();
    }

    private void onGood(PageBuffer body, Member source) {
        PageBuffer all = whole;
        if (all == null) {
            end();
            reader.onPages(body, source);
            return;
        }
        long at = (long) pagesDone * Pages.PAGE_BYTES;
        MemorySegment.copy(body.segment(), 0, all.segment(), at, Pages.PAGE_BYTES);
        all.setPageCrc(pagesDone, body.pageCrc(0));
        if (++pagesDone < pages) {
            forgetBad();
            ask();
            return;
        }
        end();
        whole = null;
        reader.onPages(all, source);
        all.release();
    }

    @Override
    void onLost(Member member) {
        ask();
    }
}
