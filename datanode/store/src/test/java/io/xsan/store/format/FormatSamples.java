package io.xsan.store.format;

import io.xsan.base.ClusterId;
import io.xsan.base.Version;
import io.xsan.base.memory.Crc32c;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** One sample of each format, the same for ever. */
final class FormatSamples {
    static final long STORE_ID = 0x0123456789abcdefL;
    static final int PAGE = 4096;
    static final long DEVICE_BYTES = (1 << 20) + 16L * (64 << 10) + PAGE;

    private static final Crc32c CRC = new Crc32c();

    /** Those that the golden files have. */
    private static final int KINDS = RecordKind.STABLE.ordinal() + 1;

    private FormatSamples() {}

    static ByteBuffer bytes(int pages) {
        return ByteBuffer.allocate(pages * PAGE).order(ByteOrder.LITTLE_ENDIAN);
    }

    static Superblock block() {
        return new Superblock(
                new ClusterId(0x1111222233334444L, 0x5555666677778888L),
                3,
                DeviceRole.CACHE,
                STORE_ID,
                0x00fedcba98765432L,
                DEVICE_BYTES,
                64 << 10,
                16);
    }

    static ByteBuffer superblock() {
        ByteBuffer target = bytes(2);
        SuperblockLayout.encode(block(), 0, target, 0, CRC);
        SuperblockLayout.encode(block(), 1, target, PAGE, CRC);
        return target;
    }

    /** A group with one record of each kind; its payload is a page of data and a descriptor. */
    static ByteBuffer group() {
        ByteBuffer target = bytes(3);
        for (int i = 0; i < PAGE; i++) {
            target.put(PAGE + i, (byte) (i * 7));
        }
        ByteBuffer record = ByteBuffer.wrap(new byte[] {1, 2, 3, 4, 5});
        DescriptorLayout.encode(target, 2 * PAGE, 3, 1L << 40, record);
        DescriptorLayout.state(target, 2 * PAGE, 9, 17, false);
        int end = records(target, GroupLayout.RECORDS, 4, 5);
        GroupPlace place = new GroupPlace();
        place.segment = 2;
        place.segmentSequence = 17;
        place.groupSequence = 1234;
        place.page = 4;
        place.previousCrc = 0x600df00d;
        GroupLayout.place(target, STORE_ID, place);
        GroupLayout.end(target, end, KINDS, 2, CRC);
        return target;
    }

    private static int records(ByteBuffer target, int start, int groupPage, int payloadPage) {
        int at = start;
        int payload = payloadPage;
        for (int i = 0; i < KINDS; i++) {
            RecordKind kind = RecordKind.of(i);
            RecordLayout.begin(target, at, kind);
            long version = kind == RecordKind.EPOCH ? 9 : Version.of(8, 100 + i);
            RecordLayout.identity(target, at, 0x77, 5, version);
            switch (kind) {
                case DATA -> RecordLayout.range(target, at, 6, 1000, 1);
                case TRIM, ZERO, LOST -> RecordLayout.range(target, at, 7, 0, 1024);
                case CREATE -> RecordLayout.range(target, at, 0, 0, 1);
                case DROP, EPOCH, STABLE -> {}
            }
            int pages = RecordLayout.payloadPages(target, at);
            if (pages > 0) {
                RecordLayout.pageCrc(target, at, 0, 0xabcd0000 + i);
            }
            int page = pages > 0 ? payload : groupPage;
            RecordLayout.end(target, at, page, 1_700_000_000_000L, CRC);
            payload += pages;
            at += RecordLayout.bytes(target, at);
        }
        return at;
    }

    static ByteBuffer summary() {
        ByteBuffer target = bytes(1);
        SummaryLayout.Trailer trailer = new SummaryLayout.Trailer();
        trailer.recordBytes = records(target, 0, 4, 5);
        trailer.records = KINDS;
        trailer.segment = 2;
        trailer.segmentSequence = 17;
        trailer.firstGroup = 1230;
        trailer.lastGroup = 1234;
        trailer.endPage = 7;
        trailer.lastGroupCrc = 0x12345678;
        SummaryLayout.end(target, STORE_ID, trailer, CRC);
        return target;
    }

    static ByteBuffer freeMark() {
        ByteBuffer target = bytes(1);
        FreeMarkLayout.encode(target, STORE_ID, 2, 17, CRC);
        return target;
    }
}
