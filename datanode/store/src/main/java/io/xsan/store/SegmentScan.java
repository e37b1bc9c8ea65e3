package io.xsan.store;

import io.xsan.base.Pages;
import io.xsan.base.memory.PageBuffer;
import io.xsan.store.format.GroupLayout;
import io.xsan.store.format.RecordLayout;
import io.xsan.store.format.SummaryLayout;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;

/**
 * Walks the groups of a segment that has no summary: from header to header; where one does not read
 * well every later page is tried, since a valid group after it proves damage. Then the records are
 * given out, those of a torn last group only as far as their payload is whole, and the summary is
 * made.
 */
final class SegmentScan {
    /** Receives records; the bytes are valid during the call. */
    @FunctionalInterface
    interface Sink {
        void onRecord(ByteBuffer records, int at);
    }

    private final StoreCore core;
    private final DiskSteps steps;
    private final PageBuffer window;
    private final int windowPages;
    private final int segmentPages;
    private final SummaryLayout.Trailer result = new SummaryLayout.Trailer();
    private final List<Integer> groups = new ArrayList<>();
    private int[] tailCrcs = new int[0];
    private int payloadPage;
    private int validPages;
    private boolean isLast;
    private Sink sink = (_, _) -> {};
    private Runnable then = () -> {};

    SegmentScan(StoreCore core, DiskSteps steps) {
        this.core = core;
        this.steps = steps;
        window = core.memory.data;
        windowPages = core.limits.groupHeaderBytesMax() / Pages.PAGE_BYTES;
        segmentPages = core.superblock.segmentPages();
    }

    /** What the segment was found to hold. */
    SummaryLayout.Trailer result() {
        return result;
    }

    /** Looks for any group of a life of the segment after {@code sequence}; its life, or 0. */
    void findFirst(int segment, long sequence, LongConsumer listener) {
        tryPages(segment, sequence, 0, listener);
    }

    private void tryPages(int segment, long sequence, int page, LongConsumer listener) {
        if (page >= segmentPages) {
            listener.accept(0);
            return;
        }
        Runnable judge =
                () -> {
                    ByteBuffer bytes = window.bytes();
                    boolean isGroup =
                            isOwn(0, segment, page)
                                    && GroupLayout.segmentSequence(bytes, 0) > sequence
                                    && isWhole();
                    if (isGroup) {
                        listener.accept(GroupLayout.segmentSequence(bytes, 0));
                    } else {
                        tryPages(segment, sequence, nextCandidate(segment, page), listener);
                    }
                };
        readWindow(segment, page, judge);
    }

    private void readWindow(int segment, int page, Runnable judge) {
        validPages = Math.min(windowPages, segmentPages - page);
        long offset = core.superblock.offset(segment, page);
        Runnable retry =
                () -> {
                    if (steps.hasFailed()) {
                        validPages = 1;
                        steps.read(offset, window, 0, Pages.PAGE_BYTES, judge);
                    } else {
                        judge.run();
                    }
                };
        steps.read(offset, window, 0, validPages * Pages.PAGE_BYTES, retry);
    }

    private boolean isWhole() {
        return GroupLayout.isWhole(window.bytes(), 0, validPages * Pages.PAGE_BYTES, core.crc);
    }

    private boolean isOwn(int index, int segment, int page) {
        ByteBuffer bytes = window.bytes();
        int at = index * Pages.PAGE_BYTES;
        return GroupLayout.isStart(bytes, at, core.superblock.storeId())
                && GroupLayout.segment(bytes, at) == segment
                && GroupLayout.page(bytes, at) == page;
    }

    /** Next page after {@code page}, the start of the window, that is worth a look. */
    private int nextCandidate(int segment, int page) {
        for (int i = 1; i < validPages; i++) {
            if (isOwn(i, segment, page + i)) {
                return page + i;
            }
        }
        return page + validPages;
    }

    /** Scans {@code segment}; {@code isLast} says that its last group may be torn. */
    void start(int segment, long sequence, boolean last, Sink records, Runnable after) {
        isLast = last;
        sink = records;
        then = after;
        groups.clear();
        result.segment = segment;
        result.segmentSequence = sequence;
        result.firstGroup = 0;
        result.lastGroup = 0;
        result.endPage = 0;
        result.records = 0;
        result.recordBytes = 0;
        result.isDamaged = false;
        hop(0, false);
    }

    /** Tries the group at {@code page}; {@code isSearching} after one that did not read well. */
    private void hop(int page, boolean isSearching) {
        if (page >= segmentPages) {
            give(0);
            return;
        }
        readWindow(result.segment, page, () -> judge(page, isSearching));
    }

    private void judge(int page, boolean isSearching) {
        ByteBuffer bytes = window.bytes();
        boolean isGroup =
                isOwn(0, result.segment, page)
                        && GroupLayout.segmentSequence(bytes, 0) == result.segmentSequence
                        && isWhole();
        int pages = isGroup ? GroupLayout.headerPages(bytes, 0) : 0;
        pages += isGroup ? GroupLayout.payloadPages(bytes, 0) : 0;
        if (!isGroup || page + pages > segmentPages) {
            hop(nextCandidate(result.segment, page), true);
            return;
        }
        if (isSearching) {
            core.log.error("group-missing", "segment", result.segment, "beforePage", page);
            result.isDamaged = true;
        }
        if (groups.isEmpty()) {
            result.firstGroup = GroupLayout.groupSequence(bytes, 0);
        }
        result.lastGroup = GroupLayout.groupSequence(bytes, 0);
        result.lastGroupCrc = GroupLayout.crc(bytes, 0);
        result.endPage = page + pages;
        groups.add(page);
        hop(page + pages, false);
    }

    // Giving out the records.

    private void give(int index) {
        if (index == groups.size()) {
            then.run();
            return;
        }
        int page = groups.get(index);
        boolean mayBeTorn = isLast && index == groups.size() - 1;
        Runnable records =
                () -> {
                    if (mayBeTorn) {
                        checkPayload(page, index);
                    } else {
                        giveRecords(0, index);
                    }
                };
        readWindow(result.segment, page, records);
    }

    private void giveRecords(int goodPages, int index) {
        ByteBuffer bytes = window.bytes();
        boolean isTail = goodPages > 0 || tailCrcs.length > 0;
        int at = GroupLayout.RECORDS;
        int end = GroupLayout.usedBytes(bytes, 0);
        int first = groups.get(index) + GroupLayout.headerPages(bytes, 0);
        for (int i = 0; i < GroupLayout.records(bytes, 0); i++) {
            if (!RecordLayout.isValid(bytes, at, end, core.crc)) {
                result.isDamaged = true;
                break;
            }
            if (!isTail || isPayloadWhole(bytes, at, first)) {
                sink.onRecord(bytes, at);
                keep(bytes, at);
            }
            at += RecordLayout.bytes(bytes, at);
        }
        tailCrcs = new int[0];
        give(index + 1);
    }

    private boolean isPayloadWhole(ByteBuffer bytes, int at, int first) {
        int from = RecordLayout.payloadPage(bytes, at) - first;
        for (int page = 0; page < RecordLayout.payloadPages(bytes, at); page++) {
            if (from + page < 0
                    || from + page >= tailCrcs.length
                    || tailCrcs[from + page] != RecordLayout.pageCrc(bytes, at, page)) {
                core.log.info("torn-record-cut", "segment", result.segment);
                return false;
            }
        }
        return true;
    }

    private void keep(ByteBuffer bytes, int at) {
        int length = RecordLayout.bytes(bytes, at);
        core.memory.openSummary.bytes().put(result.recordBytes, bytes, at, length);
        result.recordBytes += length;
        result.records++;
    }

    /** Reads the payload of the last group page by page, then its header again. */
    private void checkPayload(int page, int index) {
        ByteBuffer bytes = window.bytes();
        tailCrcs = new int[GroupLayout.payloadPages(bytes, 0)];
        payloadPage = page + GroupLayout.headerPages(bytes, 0);
        readPayload(0, () -> readWindow(result.segment, page, () -> giveRecords(1, index)));
    }

    private void readPayload(int index, Runnable after) {
        if (index == tailCrcs.length) {
            after.run();
            return;
        }
        Runnable sum =
                () -> {
                    tailCrcs[index] = core.crc.of(window, 0, Pages.PAGE_BYTES);
                    readPayload(index + 1, after);
                };
        long offset = core.superblock.offset(result.segment, payloadPage + index);
        steps.read(offset, window, 0, Pages.PAGE_BYTES, sum);
    }

    /** Writes the summary of what was found; the caller syncs. */
    void seal(Runnable after) {
        ByteBuffer summary = core.memory.openSummary.bytes();
        long storeId = core.superblock.storeId();
        int pages = SummaryLayout.end(summary, storeId, result, core.crc);
        long offset = core.superblock.offset(result.segment, segmentPages - pages);
        steps.write(offset, core.memory.openSummary, pages * Pages.PAGE_BYTES, after);
    }
}
