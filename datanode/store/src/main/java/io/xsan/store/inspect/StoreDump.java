package io.xsan.store.inspect;

import io.xsan.base.Version;
import io.xsan.base.VolumeId;
import io.xsan.base.memory.Crc32c;
import io.xsan.store.format.FreeMarkLayout;
import io.xsan.store.format.GroupLayout;
import io.xsan.store.format.RecordKind;
import io.xsan.store.format.RecordLayout;
import io.xsan.store.format.SummaryLayout;
import io.xsan.store.format.Superblock;
import io.xsan.store.format.SuperblockLayout;
import java.nio.ByteBuffer;

/** Bytes of the store's formats as lines of text. Any bytes give text. */
public final class StoreDump {
    private final Crc32c crc = new Crc32c();

    /** Creates a dump. */
    public StoreDump() {}

    /** One line on the superblock page at {@code at}, read from {@code ownOffset}. */
    public String superblock(ByteBuffer bytes, int at, long ownOffset) {
        SuperblockLayout.State state = SuperblockLayout.state(bytes, at, ownOffset, crc);
        String prefix = "superblock at " + ownOffset + ": ";
        if (state != SuperblockLayout.State.VALID) {
            return prefix + state + "\n";
        }
        Superblock block = SuperblockLayout.decode(bytes, at);
        return prefix
                + "cluster "
                + block.cluster()
                + " node "
                + block.node()
                + " role "
                + block.role()
                + " store "
                + hex(block.storeId())
                + " device "
                + hex(block.deviceId())
                + " bytes "
                + block.deviceBytes()
                + " segments "
                + block.segmentCount()
                + " x "
                + block.segmentBytes()
                + "\n";
    }

    /**
     * The group whose header starts {@code bytes} (as many pages as there are), one line for each
     * record; empty if no group of {@code storeId} starts there.
     */
    public String group(ByteBuffer bytes, long storeId) {
        if (!GroupLayout.isStart(bytes, 0, storeId)) {
            return "";
        }
        StringBuilder text = new StringBuilder();
        text.append("group ")
                .append(GroupLayout.groupSequence(bytes, 0))
                .append(" segment ")
                .append(GroupLayout.segment(bytes, 0))
                .append(" sequence ")
                .append(GroupLayout.segmentSequence(bytes, 0))
                .append(" page ")
                .append(GroupLayout.page(bytes, 0))
                .append(" pages ")
                .append(GroupLayout.headerPages(bytes, 0))
                .append('+')
                .append(GroupLayout.payloadPages(bytes, 0))
                .append(" records ")
                .append(GroupLayout.records(bytes, 0));
        if (!GroupLayout.isWhole(bytes, 0, bytes.capacity(), crc)) {
            return text.append(" DAMAGED\n").toString();
        }
        text.append('\n');
        records(bytes, GroupLayout.RECORDS, GroupLayout.usedBytes(bytes, 0), text);
        return text.toString();
    }

    /** Pages of the group whose header starts {@code bytes}, or 0 if there is none whole. */
    public int groupPages(ByteBuffer bytes, long storeId) {
        boolean isGroup =
                GroupLayout.isStart(bytes, 0, storeId)
                        && GroupLayout.isWhole(bytes, 0, bytes.capacity(), crc);
        return isGroup ? GroupLayout.headerPages(bytes, 0) + GroupLayout.payloadPages(bytes, 0) : 0;
    }

    /** Pages of the summary whose last page ends {@code bytes}, or 0 if there is no trailer. */
    public int summaryPages(ByteBuffer bytes, long storeId) {
        SummaryLayout.Trailer trailer = new SummaryLayout.Trailer();
        boolean isTrailer = SummaryLayout.decode(bytes, bytes.capacity(), storeId, trailer);
        return isTrailer ? SummaryLayout.pages(trailer.recordBytes) : 0;
    }

    /** The summary that fills {@code bytes}: its trailer, then one line for each record. */
    public String summary(ByteBuffer bytes, long storeId) {
        SummaryLayout.Trailer trailer = new SummaryLayout.Trailer();
        if (!SummaryLayout.decode(bytes, bytes.capacity(), storeId, trailer)) {
            return "";
        }
        StringBuilder text = new StringBuilder();
        text.append("checkpoint of segment ")
                .append(trailer.segment)
                .append(" sequence ")
                .append(trailer.segmentSequence)
                .append(" groups ")
                .append(trailer.firstGroup)
                .append('-')
                .append(trailer.lastGroup)
                .append(" end page ")
                .append(trailer.endPage)
                .append(" records ")
                .append(trailer.records)
                .append(trailer.isDamaged ? " GROUPS-MISSING" : "");
        if (!SummaryLayout.isWhole(bytes, bytes.capacity(), crc)) {
            return text.append(" DAMAGED\n").toString();
        }
        text.append('\n');
        records(bytes, 0, trailer.recordBytes, text);
        return text.toString();
    }

    /** One line on the free mark at the start of {@code bytes}; empty if there is none. */
    public String freeMark(ByteBuffer bytes, long storeId, int segment) {
        long freed = FreeMarkLayout.freedSequence(bytes, 0, storeId, segment, crc);
        return freed == 0 ? "" : "segment " + segment + " free since sequence " + freed + "\n";
    }

    private void records(ByteBuffer bytes, int from, int end, StringBuilder text) {
        for (int at = from; at < end; at += RecordLayout.bytes(bytes, at)) {
            if (!RecordLayout.isValid(bytes, at, end, crc)) {
                text.append("  record at byte ").append(at).append(" DAMAGED\n");
                return;
            }
            record(bytes, at, text);
        }
    }

    private static void record(ByteBuffer bytes, int at, StringBuilder text) {
        RecordKind kind = RecordLayout.kind(bytes, at);
        text.append("  ")
                .append(kind)
                .append(" volume ")
                .append(new VolumeId(RecordLayout.volume(bytes, at)))
                .append(" generation ")
                .append(RecordLayout.generation(bytes, at));
        switch (kind) {
            case DATA, TRIM, ZERO, LOST ->
                    text.append(" block ")
                            .append(RecordLayout.block(bytes, at))
                            .append(" layer ")
                            .append(RecordLayout.layer(bytes, at))
                            .append(" page ")
                            .append(RecordLayout.firstPage(bytes, at))
                            .append('+')
                            .append(RecordLayout.pages(bytes, at))
                            .append(" version ")
                            .append(Version.text(RecordLayout.version(bytes, at)));
            case EPOCH -> text.append(" epoch ").append(RecordLayout.version(bytes, at));
            case STABLE, CREATE ->
                    text.append(" stable ").append(Version.text(RecordLayout.version(bytes, at)));
            case DROP -> {}
        }
        text.append(" at page ")
                .append(RecordLayout.payloadPage(bytes, at))
                .append(" time ")
                .append(RecordLayout.millis(bytes, at))
                .append('\n');
    }

    private static String hex(long id) {
        return String.format("%016x", id);
    }
}
