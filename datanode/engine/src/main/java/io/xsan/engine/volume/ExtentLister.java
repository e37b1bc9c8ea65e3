package io.xsan.engine.volume;

import io.xsan.base.Check;
import io.xsan.base.ErrorCode;
import io.xsan.base.memory.PageBuffer;
import io.xsan.engine.Bug;
import io.xsan.protocol.ExtentListLayout;
import io.xsan.protocol.FrameHeader;
import io.xsan.protocol.FrameKind;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Lists the extents of one member that are newer than a version, page by page of answers. */
final class ExtentLister extends Exchange {
    /** Takes what is listed. */
    interface Sink {
        /** An extent, in order of block and page; content 0 data, 1 trimmed, 2 zeroed. */
        void onExtent(long block, int firstPage, int pages, long version, int content);

        /** The end of the list, or of the attempt to get it. */
        void onListed(boolean isComplete);
    }

    private final VolumeEngine engine;
    private final Member member;
    private final Sink sink;
    private final long since;
    private final long endBlock;

    /** Lists blocks up to {@code endBlock} (exclusive). */
    ExtentLister(VolumeEngine engine, Member member, long since, long endBlock, Sink sink) {
        this.engine = engine;
        this.member = member;
        this.since = since;
        this.endBlock = endBlock;
        this.sink = sink;
    }

    void start(long fromBlock) {
        engine.exchanges().begin(this);
        ask(fromBlock);
    }

    private void ask(long fromBlock) {
        if (!member.isUsable()) {
            finish(false);
            return;
        }
        FrameHeader header = engine.header(FrameKind.EXTENTS, member, this);
        header.block = fromBlock;
        header.aux = since;
        engine.send(this, member, null, 0);
    }

    /** Gives up: the sink is not told. */
    void abandon() {
        if (requestId != 0) {
            engine.exchanges().end(this);
        }
    }

    private void finish(boolean isComplete) {
        engine.exchanges().end(this);
        sink.onListed(isComplete);
    }

    @Override
    void onAnswer(Member from, FrameHeader answer, @Nullable PageBuffer body) {
        if (answer.status != ErrorCode.OK || !take(answer, body)) {
            finish(false);
        } else if (answer.aux < 0 || answer.aux >= endBlock) {
            finish(true);
        } else {
            ask(answer.aux);
        }
    }

    private boolean take(FrameHeader answer, @Nullable PageBuffer body) {
        int count = ExtentListLayout.count(answer.bodyBytes);
        if (count <= 0) {
            return count == 0;
        }
        ByteBuffer bytes = Check.present(body, "a list that is not empty has a body").bytes();
        for (int i = 0; i < count; i++) {
            if (!ExtentListLayout.isValid(bytes, i)) {
                return false;
            }
            boolean isLeftOut =
                    ExtentListLayout.content(bytes, i) != 0
                            && engine.bugs().has(Bug.TOMBSTONES_NOT_LISTED);
            if (ExtentListLayout.block(bytes, i) < endBlock && !isLeftOut) {
                sink.onExtent(
                        ExtentListLayout.block(bytes, i),
                        ExtentListLayout.firstPage(bytes, i),
                        ExtentListLayout.pages(bytes, i),
                        ExtentListLayout.version(bytes, i),
                        ExtentListLayout.content(bytes, i));
            }
        }
        return true;
    }

    @Override
    void onLost(Member lost) {
        finish(false);
    }
}
