package io.xsan.engine.volume;

import io.xsan.base.Check;
import io.xsan.base.ErrorCode;
import io.xsan.base.Pages;
import io.xsan.base.memory.PageBuffer;
import io.xsan.protocol.FrameHeader;
import io.xsan.protocol.FrameKind;
import org.jspecify.annotations.Nullable;

/**
 * Reads pages of one block from one in-sync component, the local one first; from another where a
 * copy is bad or a component is lost. Waits while there is none.
 */
final class PageRead extends Exchange {
    /** Who wants the pages. */
    interface Reader {
        /** The pages, borrowed, at byte 0 of {@code body}; given by {@code source}. */
        void onPages(PageBuffer body, Member source);

        /** No in-sync component has good pages. */
        void onReadFailed(ErrorCode reason);
    }

    private final VolumeEngine engine;
    private final Reader reader;
    private long block;
    private int firstPage;
    private int pages;
    private long candidates;
    private long bad;
    private boolean isWaiting;

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
        bad = 0;
        engine.exchanges().begin(this);
        ask();
    }

    /** Copies whose pages were bad in this read. */
    long badCopies() {
        return bad;
    }

    /** Tries again if it found no component before. */
    void retry() {
        if (isWaiting) {
            isWaiting = false;
            ask();
        }
    }

    private void ask() {
        long replicas = engine.members().replicasOf(block) & candidates;
        Member source = engine.members().source(replicas & ~bad);
        if (source != null) {
            FrameHeader header = engine.header(FrameKind.READ, source, this);
            header.block = block;
            header.offsetBytes = firstPage * Pages.PAGE_BYTES;
            header.lengthBytes = pages * Pages.PAGE_BYTES;
            engine.send(this, source, null, 0);
        } else if (bad != 0 && engine.members().allInSyncUsable(replicas)) {
            end();
            reader.onReadFailed(ErrorCode.BLOCK_CORRUPTED);
        } else if (engine.members().inSync(replicas) == 0) {
            end();
            reader.onReadFailed(ErrorCode.NOT_FOUND);
        } else {
            isWaiting = true;
            engine.park(this);
        }
    }

    /** Gives up: nobody is told. */
    void abandon() {
        if (requestId != 0) {
            end();
        }
    }

    private void end() {
        isWaiting = false;
        engine.exchanges().end(this);
    }

    @Override
    void onAnswer(Member member, FrameHeader answer, @Nullable PageBuffer body) {
        if (answer.status == ErrorCode.OK) {
            PageBuffer data = Check.present(body, "an answered read has pages");
            end();
            reader.onPages(data, member);
        } else if (answer.status == ErrorCode.BLOCK_CORRUPTED) {
            bad |= member.bit;
            engine.log()
                    .warn("bad-copy", "volume", engine.id(), "node", member.node, "block", block);
            ask();
        } else {
            isWaiting = true;
            engine.park(this);
        }
    }

    @Override
    void onLost(Member member) {
        ask();
    }
}
