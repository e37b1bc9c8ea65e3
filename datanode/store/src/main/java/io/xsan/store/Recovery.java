package io.xsan.store;

import io.xsan.base.ErrorCode;
import io.xsan.base.Pages;
import io.xsan.base.memory.PageBuffer;
import io.xsan.store.format.FreeMarkLayout;
import io.xsan.store.format.GroupLayout;
import io.xsan.store.format.RecordKind;
import io.xsan.store.format.RecordLayout;
import io.xsan.store.format.SummaryLayout;
import io.xsan.store.segment.SegmentTable.State;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;

/**
 * Rebuilds a store from its segments.
 *
 * <pre>
 *   survey: first and last page of each segment  -> free | sealed | open | unclear
 *   in the order of their sequence: sealed: apply its summary; open: scan its groups, seal it
 *   read the descriptors, flag damage, free what is free
 * </pre>
 *
 * <p>A segment is opened only when the one before is sealed and synced, and a group is written only
 * when the one before is synced. So what a crash tears is the last group of the last segment, with
 * nothing valid after it; everything else that does not read well was acknowledged: damage.
 */
final class Recovery {
    /** A segment in use. */
    private record Found(int segment, long sequence, boolean isSealed) {}

    private static final long NOTHING_DAMAGED = -1;

    private final StoreCore core;
    private final DiskSteps steps;
    private final DeviceOutcome.Listener listener;
    private final RecordApplier applier;
    private final DescriptorReader descriptors;
    private final SegmentScan scan;
    private final SummaryLayout.Trailer trailer = new SummaryLayout.Trailer();
    private final List<Found> found = new ArrayList<>();
    private final List<Integer> unclear = new ArrayList<>();
    private final List<Integer> free = new ArrayList<>();
    private final Source source;

    private long sequenceMax = 1;
    private long lastSequence;
    private long lastGroup;

    private final BitSet damaged = new BitSet();

    /** Components born in segments up to this sequence may lack what they had acknowledged. */
    private long damagedSequence = NOTHING_DAMAGED;

    /** What tells the records of a sealed segment. */
    enum Source {
        /** Its summary, where that is whole. */
        SUMMARIES,
        /** The headers of its groups; its summary is written anew. */
        GROUPS
    }

    Recovery(StoreCore core, DiskSteps steps, Source source, DeviceOutcome.Listener listener) {
        this.core = core;
        this.source = source;
        this.steps = steps;
        this.listener = listener;
        applier = new RecordApplier(core);
        descriptors = new DescriptorReader(core, steps, applier);
        scan = new SegmentScan(core, steps);
    }

    void start() {
        survey(0);
    }

    // Survey.

    private void survey(int segment) {
        if (segment == core.table.count()) {
            found.sort(Comparator.comparingLong(Found::sequence));
            judgeUnclear();
            return;
        }
        int page = Pages.PAGE_BYTES;
        PageBuffer buffer = core.memory.mark;
        long first = core.superblock.offset(segment, 0);
        long last = core.superblock.offset(segment, core.superblock.segmentPages() - 1);
        Runnable classify =
                () -> {
                    classify(segment, buffer.bytes());
                    survey(segment + 1);
                };
        steps.read(first, buffer, 0, page, () -> steps.read(last, buffer, page, page, classify));
    }

    private void classify(int segment, ByteBuffer pages) {
        long storeId = core.superblock.storeId();
        int end = 2 * Pages.PAGE_BYTES;
        boolean hasTrailer =
                SummaryLayout.decode(pages, end, storeId, trailer) && trailer.segment == segment;
        long sealed = hasTrailer ? trailer.segmentSequence : 0;
        long freed = FreeMarkLayout.freedSequence(pages, 0, storeId, segment, core.crc);
        boolean hasHead =
                GroupLayout.isStart(pages, 0, storeId)
                        && GroupLayout.segment(pages, 0) == segment
                        && GroupLayout.page(pages, 0) == 0;
        long head = hasHead ? GroupLayout.segmentSequence(pages, 0) : 0;
        sequenceMax = Math.max(sequenceMax, Math.max(freed, Math.max(head, sealed)));
        if (freed > 0 && freed >= sealed) {
            free.add(segment);
        } else if (sealed > 0 && sealed >= head) {
            found.add(new Found(segment, sealed, true));
        } else if (head > 0) {
            found.add(new Found(segment, head, false));
        } else {
            unclear.add(segment);
        }
    }

    /**
     * One segment whose first group was torn when it was opened is not damage: it holds nothing.
     */
    private void judgeUnclear() {
        boolean isLastSealed = found.isEmpty() || found.getLast().isSealed();
        if (unclear.size() == 1 && isLastSealed) {
            int segment = unclear.getFirst();
            long after = found.isEmpty() ? 1 : found.getLast().sequence();
            scan.findFirst(segment, after, sequence -> onProbed(segment, sequence));
            return;
        }
        for (int segment : unclear) {
            core.log.error("segment-unreadable", "segment", segment);
            core.table.restore(segment, State.LOST, sequenceMax);
            damagedSequence = Long.MAX_VALUE;
        }
        load(0);
    }

    private void onProbed(int segment, long sequence) {
        if (sequence > 0) {
            sequenceMax = Math.max(sequenceMax, sequence);
            found.add(new Found(segment, sequence, false));
            load(0);
            return;
        }
        core.log.info("torn-segment-cut", "segment", segment);
        free.add(segment);
        sequenceMax++;
        ByteBuffer mark = core.memory.mark.bytes();
        FreeMarkLayout.encode(mark, core.superblock.storeId(), segment, sequenceMax, core.crc);
        long offset = core.superblock.offset(segment, 0);
        steps.write(offset, core.memory.mark, Pages.PAGE_BYTES, () -> ifWritten(() -> load(0)));
    }

    // Loading, in the order of sequence numbers.

    private void load(int index) {
        if (index == found.size()) {
            descriptors.readAll(this::finish);
            return;
        }
        Found next = found.get(index);
        Runnable then = () -> load(index + 1);
        if (next.isSealed() && source == Source.SUMMARIES) {
            readTrailer(next, then);
        } else {
            scanGroups(next, then);
        }
    }

    private void readTrailer(Found next, Runnable then) {
        PageBuffer buffer = core.memory.readSummary;
        int page = Pages.PAGE_BYTES;
        long last = core.superblock.offset(next.segment(), core.superblock.segmentPages() - 1);
        Runnable whole =
                () -> {
                    SummaryLayout.decode(buffer.bytes(), page, core.superblock.storeId(), trailer);
                    int bytes = SummaryLayout.pages(trailer.recordBytes) * page;
                    if (bytes > core.memory.summaryBytesMax) {
                        scanGroups(next, then);
                    } else {
                        long offset = last + page - bytes;
                        Runnable apply = () -> applySummary(next, bytes, then);
                        steps.read(offset, buffer, 0, bytes, apply);
                    }
                };
        steps.read(last, buffer, 0, page, whole);
    }

    private void applySummary(Found next, int bytes, Runnable then) {
        ByteBuffer records = core.memory.readSummary.bytes();
        if (!SummaryLayout.isWhole(records, bytes, core.crc)) {
            core.log.warn("summary-damaged", "segment", next.segment());
            scanGroups(next, then);
            return;
        }
        core.table.restore(next.segment(), State.SEALED, next.sequence());
        if (trailer.isDamaged) {
            damage("groups of the segment", next);
        }
        int at = 0;
        for (int i = 0; i < trailer.records; i++) {
            if (!RecordLayout.isValid(records, at, trailer.recordBytes, core.crc)) {
                damage("record of the summary", next);
                break;
            }
            applyRecord(records, at, next);
            at += RecordLayout.bytes(records, at);
        }
        follow(next, trailer.firstGroup, trailer.lastGroup, trailer.lastGroupCrc);
        then.run();
    }

    private void scanGroups(Found next, Runnable then) {
        boolean isLast = next == found.getLast() && !next.isSealed();
        SegmentScan.Sink sink = (records, at) -> applyRecord(records, at, next);
        core.table.restore(next.segment(), State.OPEN, next.sequence());
        scan.start(next.segment(), next.sequence(), isLast, sink, () -> onScanned(next, then));
    }

    private void onScanned(Found next, Runnable then) {
        SummaryLayout.Trailer result = scan.result();
        if (result.isDamaged) {
            damage("group within the segment", next);
        }
        if (result.endPage == 0) {
            result.firstGroup = core.place.groupSequence;
            result.lastGroup = result.firstGroup - 1;
            result.lastGroupCrc = core.place.previousCrc;
        }
        follow(next, result.firstGroup, result.lastGroup, result.lastGroupCrc);
        scan.seal(() ->
                ifWritten(() -> {
                    core.table.restore(next.segment(), State.SEALED, next.sequence());
                    then.run();
                }));
    }

    /** Groups are numbered without gaps from one segment to the next. */
    private void follow(Found next, long first, long last, int lastCrc) {
        if (next.sequence() == lastSequence + 1 && first != lastGroup + 1) {
            damage("groups before the segment", next);
        }
        lastSequence = next.sequence();
        lastGroup = last;
        core.place.groupSequence = Math.max(core.place.groupSequence, last + 1);
        core.place.previousCrc = lastCrc;
    }

    private void damage(String what, Found where) {
        core.log.error(
                "log-damaged",
                "missing",
                what,
                "segment",
                where.segment(),
                "sequence",
                where.sequence());
        damagedSequence = Math.max(damagedSequence, where.sequence());
        damaged.set(where.segment());
    }

    private void applyRecord(ByteBuffer records, int at, Found where) {
        int end = RecordLayout.payloadPage(records, at) + RecordLayout.payloadPages(records, at);
        if (RecordLayout.payloadPage(records, at) < 0 || end > core.superblock.segmentPages()) {
            damage("place of a record", where);
        } else if (RecordLayout.kind(records, at) == RecordKind.CREATE) {
            descriptors.add(records, at, where.segment());
        } else {
            applier.apply(records, at, where.segment(), null);
        }
    }

    // The end.

    private void finish() {
        List<ComponentState> shadows = new ArrayList<>();
        for (ComponentState component : core.components.values()) {
            if (!component.isCreated) {
                shadows.add(component);
            } else if (component.bornSequence <= damagedSequence) {
                component.isDamaged = true;
            }
        }
        for (ComponentState shadow : shadows) {
            core.log.warn("component-without-descriptor", "volume", shadow.key.volume());
            core.space.addNotes(shadow.epochSegment, -1);
            shadow.unmapAll();
            core.components.remove(shadow.key);
        }
        core.forgetSegment(ComponentState.NONE);
        free.forEach(core.table::free);
        damaged.stream().forEach(core.table::lose);
        core.nextSegmentSequence = sequenceMax + 1;
        steps.sync(() -> ifWritten(this::open));
    }

    private void open() {
        LogStore store = new LogStore(core, applier);
        core.log.info(
                "store-opened",
                "storeId",
                core.superblock.storeId(),
                "components",
                core.components.size(),
                "freeSegments",
                core.table.freeCount());
        listener.onDeviceDone(new DeviceOutcome.Opened(store));
    }

    private void ifWritten(Runnable then) {
        if (steps.hasFailed()) {
            core.memory.close();
            listener.onDeviceDone(
                    new DeviceOutcome.Refused(ErrorCode.DEVICE_FAILED, "the device fails writes"));
        } else {
            then.run();
        }
    }
}
