package io.xsan.store;

import io.xsan.base.Pages;
import io.xsan.base.memory.PageBuffer;
import io.xsan.base.seam.Disk;
import io.xsan.store.format.Superblock;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Consumer;

/**
 * Signatures of what others put on devices (file systems, partition tables, volume managers), and
 * where: so that a refusal can say what was found, and nothing with one of them is overwritten.
 */
public final class ForeignSignatures {
    /** Bytes (one a char) that mark something at an offset; a negative one counts from the end. */
    private record Signature(String name, long offset, String bytes) {
        long place(long sizeBytes) {
            return offset < 0 ? Pages.floor(sizeBytes) + offset : offset;
        }
    }

    private static final List<Signature> ALL =
            List.of(
                    hex("boot sector or MBR partition table", 510, "55aa"),
                    text("GPT partition table", 512, "EFI PART"),
                    text("GPT partition table (backup)", -512, "EFI PART"),
                    text("xfs file system", 0, "XFSB"),
                    hex("ext2/3/4 file system", 1080, "53ef"),
                    text("btrfs file system", 0x10040, "_BHRfS_M"),
                    text("btrfs file system (copy)", 0x4000040, "_BHRfS_M"),
                    text("LVM physical volume", 0, "LABELONE"),
                    text("LVM physical volume", 512, "LABELONE"),
                    text("LVM physical volume", 1024, "LABELONE"),
                    text("LVM physical volume", 1536, "LABELONE"),
                    hex("LUKS encryption", 0, "4c554b53babe"),
                    hex("LUKS encryption (copy)", 0x4000, "534b554cbabe"),
                    text("BitLocker encryption", 3, "-FVE-FS-"),
                    text("swap space", 4086, "SWAPSPACE2"),
                    text("swap space", 4086, "SWAP-SPACE"),
                    hex("Linux RAID member", 0, "fc4e2ba9"),
                    hex("Linux RAID member", 4096, "fc4e2ba9"),
                    hex("Linux RAID member", -8192, "fc4e2ba9"),
                    hex("Linux RAID member", -65536, "fc4e2ba9"),
                    hex("bcache device", 4120, "c68573f64e1a45ca8265f57f48ba6d81"),
                    hex("ZFS member", 0x20000, "0cb1ba0000000000"),
                    hex("f2fs file system", 1024, "1020f5f2"),
                    hex("erofs file system", 1024, "e2e1f5e0"),
                    hex("nilfs2 file system", 1030, "3434"),
                    text("HFS+ file system", 1024, "H+"),
                    text("APFS container", 32, "NXSB"),
                    text("NTFS file system", 3, "NTFS    "),
                    text("exFAT file system", 3, "EXFAT   "),
                    text("FAT file system", 54, "FAT"),
                    text("FAT file system", 82, "FAT32"),
                    text("squashfs file system", 0, "hsqs"),
                    text("ISO 9660 file system", 0x8001, "CD001"),
                    text("JFS file system", 0x8000, "JFS1"),
                    text("reiserfs file system", 0x10034, "ReIsEr"),
                    hex("GFS2 file system", 0x10000, "01161970"),
                    text("Ceph OSD", 0, "bluestore block device"),
                    text("SPDK blobstore", 0, "SPDKBLOB"),
                    text("Oracle ASM disk", 32, "ORCLDISK"),
                    text("VDO volume", 0, "dmvdo001"),
                    text("Stratis pool", 516, "!Stra0tis"),
                    hex("DRBD metadata", -4036, "8374026d"),
                    hex("VMFS volume", 0x100000, "0dd001c0"),
                    hex("VMFS volume", 0x200000, "5ef1ab2f"));

    private final DiskSteps steps;
    private final PageBuffer page;
    private final int pageOffset;
    private final Consumer<List<String>> listener;
    private final long sizeBytes;
    private final List<Signature> wanted = new ArrayList<>();
    private final List<String> found = new ArrayList<>();
    private long pageAt = -1;

    /** Reads into the page of {@code page} from {@code pageOffset}. */
    ForeignSignatures(
            Disk disk,
            DiskSteps steps,
            PageBuffer page,
            int pageOffset,
            Consumer<List<String>> listener) {
        this.steps = steps;
        this.page = page;
        this.pageOffset = pageOffset;
        this.listener = listener;
        sizeBytes = disk.sizeBytes();
    }

    private static Signature text(String name, long offset, String bytes) {
        return new Signature(name, offset, bytes);
    }

    private static Signature hex(String name, long offset, String bytes) {
        byte[] parsed = HexFormat.of().parseHex(bytes);
        return new Signature(name, offset, new String(parsed, StandardCharsets.ISO_8859_1));
    }

    /**
     * Looks for all signatures, or, on a device that has a superblock of ours, for those in the
     * area that a store leaves alone. The listener gets the names of what was found.
     */
    void start(boolean isOwn) {
        for (Signature signature : ALL) {
            long place = signature.place(sizeBytes);
            boolean isOnDevice = place >= 0 && place + Pages.PAGE_BYTES <= sizeBytes;
            boolean isAtEnd = signature.offset() < 0 && place >= 0;
            boolean isLeftAlone = place < Superblock.SEGMENTS_OFFSET && signature.offset() >= 0;
            if (isOwn ? isLeftAlone : isOnDevice || isAtEnd) {
                wanted.add(signature);
            }
        }
        wanted.sort(Comparator.comparingLong(signature -> signature.place(sizeBytes)));
        check(0);
    }

    private void check(int index) {
        for (int i = index; i < wanted.size(); i++) {
            Signature signature = wanted.get(i);
            long at = Pages.floor(signature.place(sizeBytes));
            if (at != pageAt) {
                pageAt = at;
                int next = i;
                steps.read(at, page, pageOffset, Pages.PAGE_BYTES, () -> check(next));
                return;
            }
            if (!steps.hasFailed() && isThere(signature)) {
                found.add(signature.name());
            }
        }
        listener.accept(found);
    }

    private boolean isThere(Signature signature) {
        ByteBuffer bytes = page.bytes();
        int at = pageOffset + (int) (signature.place(sizeBytes) - pageAt);
        for (int i = 0; i < signature.bytes().length(); i++) {
            if (Byte.toUnsignedInt(bytes.get(at + i)) != signature.bytes().charAt(i)) {
                return false;
            }
        }
        return true;
    }

    /** Offsets of the pages outside the first and last MiB where a signature may stand. */
    public static List<Long> pagesWithin(long sizeBytes) {
        return ALL.stream()
                .map(signature -> Pages.floor(signature.place(sizeBytes)))
                .filter(at -> at >= Superblock.SEGMENTS_OFFSET)
                .filter(at -> at + Pages.PAGE_BYTES <= Pages.floor(sizeBytes))
                .distinct()
                .toList();
    }
}
