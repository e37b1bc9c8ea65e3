package io.xsan.store;

import io.xsan.base.Pages;
import io.xsan.base.memory.PageBuffer;
import io.xsan.base.seam.Disk;
import io.xsan.store.format.DescriptorLayout;
import io.xsan.store.format.GroupLayout;
import io.xsan.store.format.RecordKind;
import io.xsan.store.format.RecordLayout;
import io.xsan.store.format.SummaryLayout;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Collects the records and payloads of one commit. All memory is reused. */
final class GroupBuilder {
    private final StoreCore core;
    private final PageBuffer header;
    private final ByteBuffer bytes;

    /** Component of each record, null for a DROP of the cleaner's. */
    private final @Nullable ComponentState[] owners;

    /** The move of each record that is one. */
    private final @Nullable MoveOp[] moves;

    private final Disk.Slice[] slices;
    private int sliceCount;
    private int usedBytes;
    private int records;
    private int payloadPages;
    private boolean hasDescriptor;

    GroupBuilder(StoreCore core) {
        this.core = core;
        header = core.memory.header;
        bytes = header.bytes();
        int most = core.limits.groupRecordsMax();
        owners = new ComponentState[most];
        moves = new MoveOp[most];
        slices = new Disk.Slice[most + 1];
        for (int i = 0; i < slices.length; i++) {
            slices[i] = new Disk.Slice(header, 0, 0);
        }
    }

    void begin() {
        for (int i = 0; i < records; i++) {
            owners[i] = null;
            moves[i] = null;
        }
        sliceCount = 1;
        usedBytes = GroupLayout.RECORDS;
        records = 0;
        payloadPages = 0;
        hasDescriptor = false;
    }

    int records() {
        return records;
    }

    int payloadPages() {
        return payloadPages;
    }

    Disk.Slice[] slices() {
        return slices;
    }

    int sliceCount() {
        return sliceCount;
    }

    ByteBuffer bytes() {
        return bytes;
    }

    @Nullable ComponentState owner(int record) {
        return owners[record];
    }

    @Nullable MoveOp move(int record) {
        return moves[record];
    }

    /** Pages of a record of {@code wanted} that still fit, 0 to {@code wanted}. */
    int fit(int wanted) {
        int pages = Math.min(wanted, core.limits.groupPagesMax() - payloadPages);
        while (pages > 0) {
            int excess = excessPages(RecordLayout.bytes(pages), pages);
            if (excess <= 0) {
                return pages;
            }
            pages -= excess;
        }
        return 0;
    }

    /** True if a record without payload still fits. */
    boolean fitsRecord() {
        return excessPages(RecordLayout.MIN_BYTES, 0) <= 0;
    }

    /** True if a CREATE record with {@code pages} of descriptor still fits. */
    boolean fitsDescriptor(int pages) {
        return !hasDescriptor && excessPages(RecordLayout.bytes(pages), pages) <= 0;
    }

    /** Pages by which the group, with the summary that it makes necessary, would be too large. */
    private int excessPages(int recordBytes, int pages) {
        int used = usedBytes + recordBytes;
        int summaryBytes = core.place.segment < 0 ? 0 : summaryUsed;
        int summary = SummaryLayout.pages(summaryBytes + used - GroupLayout.RECORDS);
        boolean isTooLarge =
                records == owners.length
                        || GroupLayout.headerPages(used) * Pages.PAGE_BYTES
                                > core.limits.groupHeaderBytesMax()
                        || summary * Pages.PAGE_BYTES > core.memory.summaryBytesMax;
        if (isTooLarge) {
            return Integer.MAX_VALUE / 2;
        }
        int needed = GroupLayout.headerPages(used) + payloadPages + pages + summary;
        return core.place.page + needed - core.superblock.segmentPages();
    }

    /** Bytes of record headers that the open segment holds already. */
    private int summaryUsed;

    void summaryUsed(int recordBytes) {
        summaryUsed = recordBytes;
    }

    /** Adds {@code pages} of a write from {@code skip} on; they fit. */
    void addPages(WriteOp op, ComponentState owner, int skip, int pages) {
        RecordKind kind = RecordKind.ofContent(op.content.ordinal());
        int at = beginRecord(kind, owner, op.version);
        RecordLayout.range(bytes, at, op.block, op.firstPage + skip, pages);
        RecordLayout.layer(bytes, at, op.layer);
        moves[records - 1] = op instanceof MoveOp move ? move : null;
        PageBuffer data = op.buffer;
        if (kind == RecordKind.DATA && data != null) {
            int first = op.bufferPage + skip;
            for (int page = 0; page < pages; page++) {
                RecordLayout.pageCrc(bytes, at, page, data.pageCrc(first + page));
            }
            addSlice(data, first * Pages.PAGE_BYTES, pages);
        }
        usedBytes += RecordLayout.bytes(bytes, at);
    }

    /** Adds a record of a component without payload; it fits. */
    void addRecord(RecordKind kind, ComponentState owner, long version) {
        int at = beginRecord(kind, owner, version);
        usedBytes += RecordLayout.bytes(bytes, at);
    }

    /** Adds the DROP record of a component that is not known any more; it fits. */
    void addDrop(ComponentKey key) {
        int at = usedBytes;
        RecordLayout.begin(bytes, at, RecordKind.DROP);
        RecordLayout.identity(bytes, at, key.volume(), key.generation(), 0);
        owners[records++] = null;
        usedBytes += RecordLayout.bytes(bytes, at);
    }

    /** Adds the CREATE record of a component as it is now; it fits. */
    void addDescriptor(ComponentState owner) {
        ComponentDescriptor descriptor = owner.descriptor();
        PageBuffer payload = core.memory.descriptor;
        ByteBuffer target = payload.bytes();
        ByteBuffer record = descriptor.volumeRecord();
        DescriptorLayout.encode(target, 0, descriptor.node(), descriptor.sizeBytes(), record);
        DescriptorLayout.state(target, 0, owner.epoch, owner.bornSequence, owner.isDamaged);
        int pages = DescriptorLayout.pages(record.remaining());
        core.crc.stamp(payload, 0, pages);
        int at = beginRecord(RecordKind.CREATE, owner, owner.stable);
        RecordLayout.range(bytes, at, 0, 0, pages);
        for (int page = 0; page < pages; page++) {
            RecordLayout.pageCrc(bytes, at, page, payload.pageCrc(page));
        }
        addSlice(payload, 0, pages);
        usedBytes += RecordLayout.bytes(bytes, at);
        hasDescriptor = true;
    }

    private int beginRecord(RecordKind kind, ComponentState owner, long version) {
        int at = usedBytes;
        RecordLayout.begin(bytes, at, kind);
        RecordLayout.identity(bytes, at, owner.key.volume(), owner.key.generation(), version);
        owners[records++] = owner;
        return at;
    }

    private void addSlice(PageBuffer buffer, int offsetBytes, int pages) {
        Disk.Slice slice = slices[sliceCount++];
        slice.buffer = buffer;
        slice.offsetBytes = offsetBytes;
        slice.lengthBytes = pages * Pages.PAGE_BYTES;
        payloadPages += pages;
    }

    /** Adds STABLE records of the components that wait for one, as far as they fit. */
    void addStables() {
        ComponentState next = core.firstNoted;
        while (next != null && fitsRecord()) {
            if (!next.isDropped && next.isCreated) {
                addRecord(RecordKind.STABLE, next, next.stable);
            }
            next.isStableNoted = false;
            core.firstNoted = next.nextNoted;
            next.nextNoted = null;
            next = core.firstNoted;
        }
    }

    /** Gives all records their place and seals the header. Returns the group's checksum. */
    int end() {
        int headerPages = GroupLayout.headerPages(usedBytes);
        int payload = core.place.page + headerPages;
        long millis = core.clock.wallMillis();
        int at = GroupLayout.RECORDS;
        for (int i = 0; i < records; i++) {
            int pages = RecordLayout.payloadPages(bytes, at);
            int page = pages == 0 ? core.place.page : payload;
            RecordLayout.end(bytes, at, page, millis, core.crc);
            payload += pages;
            at += RecordLayout.bytes(bytes, at);
        }
        GroupLayout.place(bytes, core.superblock.storeId(), core.place);
        slices[0].offsetBytes = 0;
        slices[0].lengthBytes = headerPages * Pages.PAGE_BYTES;
        return GroupLayout.end(bytes, usedBytes, records, payloadPages, core.crc);
    }

    /** Bytes of group header and records. */
    int usedBytes() {
        return usedBytes;
    }

    /** Pages of the group, headers included. */
    int pages() {
        return GroupLayout.headerPages(usedBytes) + payloadPages;
    }
}
