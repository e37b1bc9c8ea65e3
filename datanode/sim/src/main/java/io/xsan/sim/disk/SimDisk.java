package io.xsan.sim.disk;

import io.xsan.base.Check;
import io.xsan.base.Pages;
import io.xsan.base.seam.Disk;
import io.xsan.base.seam.Entropy;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/**
 * A device in memory, deterministic from its {@link Entropy}. Reads see every write at once; a
 * crash keeps what a completed sync covers and a chosen subset of the 512-byte sectors written
 * since.
 *
 * <p>Completions go through a {@link Delivery}: {@link #INLINE} runs them within the call, a
 * simulator queues them and picks when and in which order. Completions of before a crash never run.
 */
public final class SimDisk implements Disk {
    /** Bytes that a device writes whole or not at all. */
    public static final int SECTOR_BYTES = 512;

    /** Runs completions within the call. */
    public static final Delivery INLINE = (kind, lengthBytes, completion) -> completion.run();

    /** What an operation is. */
    public enum Kind {
        /** A read. */
        READ,
        /** A write. */
        WRITE,
        /** A sync. */
        SYNC
    }

    /** Decides when a completion runs. */
    @FunctionalInterface
    public interface Delivery {
        /** Takes the end of an operation; must run {@code completion} once, now or later. */
        void deliver(Kind kind, long lengthBytes, Runnable completion);
    }

    /** Decides which unsynced sectors a crash keeps. */
    @FunctionalInterface
    public interface SectorChoice {
        /** True if the {@code index}-th unsynced sector, in the order written, survives. */
        boolean isKept(int index);
    }

    /** A write that no completed sync covers. */
    private static final class Pending {
        final long offset;
        final byte[] bytes;
        boolean isComplete;

        Pending(long offset, byte[] bytes) {
            this.offset = offset;
            this.bytes = bytes;
        }
    }

    private final long sizeBytes;
    private final Entropy chance;
    private final Delivery delivery;
    private final SparseBytes current;
    private final SparseBytes durable;
    private final List<Pending> pending = new ArrayList<>();
    private final TreeSet<Long> badPages = new TreeSet<>();
    private final ArrayDeque<Runnable> stuck = new ArrayDeque<>();

    private DiskFaultRates rates = DiskFaultRates.NONE;
    private int life;
    private boolean isStuck;
    private boolean isDead;
    private boolean isFull;
    private boolean isLying;
    private int failSyncs;
    private int loseWrites;
    private long misdirectBytes;
    private long operations;

    /** An empty device of {@code sizeBytes}, whole pages. */
    public SimDisk(long sizeBytes, Entropy chance, Delivery delivery) {
        Check.that(sizeBytes > 0 && Pages.isAligned(sizeBytes), "device size", sizeBytes);
        this.sizeBytes = sizeBytes;
        this.chance = chance;
        this.delivery = delivery;
        current = new SparseBytes();
        durable = new SparseBytes();
    }

    private SimDisk(SimDisk source, Entropy chance, Delivery delivery) {
        sizeBytes = source.sizeBytes;
        this.chance = chance;
        this.delivery = delivery;
        current = new SparseBytes(source.current);
        durable = new SparseBytes(source.durable);
        pending.addAll(source.pending);
        badPages.addAll(source.badPages);
    }

    /** A copy of the device's contents and unsynced writes, without its switches and queues. */
    public SimDisk fork(Entropy itsChance, Delivery itsDelivery) {
        return new SimDisk(this, itsChance, itsDelivery);
    }

    @Override
    public long sizeBytes() {
        return sizeBytes;
    }

    @Override
    public void read(long offsetBytes, Slice target, Completion completion, long token) {
        checkRange(offsetBytes, target.lengthBytes);
        operations++;
        long first = offsetBytes / Pages.PAGE_BYTES;
        int pages = Pages.exactPages(target.lengthBytes);
        injectReadFaults(first, pages);
        Long bad = badPages.ceiling(first);
        boolean fails = isDead || bad != null && bad < first + pages;
        Completion inner =
                (ignored, outcome) -> {
                    if (!fails) {
                        copy(first, pages, target);
                    }
                    completion.onDiskDone(token, outcome);
                };
        end(Kind.READ, target.lengthBytes, inner, token, fails);
    }

    /**
     * A read sees the device as it is when it ends: whoever frees what is read too early is hit.
     */
    private void copy(long firstPage, int pages, Slice target) {
        MemorySegment memory = target.buffer.segment();
        for (int i = 0; i < pages; i++) {
            byte[] bytes = current.page(firstPage + i);
            long at = target.offsetBytes + (long) i * Pages.PAGE_BYTES;
            if (bytes == null) {
                memory.asSlice(at, Pages.PAGE_BYTES).fill((byte) 0);
            } else {
                MemorySegment.copy(bytes, 0, memory, ValueLayout.JAVA_BYTE, at, Pages.PAGE_BYTES);
            }
        }
    }

    private void injectReadFaults(long firstPage, int pages) {
        if (happens(rates.readErrors())) {
            badPages.add(firstPage + pick(pages));
        }
        if (happens(rates.bitRots())) {
            rot((firstPage + pick(pages)) * Pages.PAGE_BYTES + pick(Pages.PAGE_BYTES), pick(8));
        }
    }

    @Override
    public void write(
            long offsetBytes, Slice[] sources, int count, Completion completion, long token) {
        byte[] bytes = gather(sources, count);
        checkRange(offsetBytes, bytes.length);
        operations++;
        boolean fails = isDead || isFull || happens(rates.writeErrors());
        boolean isLost = isDead || isFull || loseWrites > 0 || happens(rates.lostWrites());
        loseWrites = Math.max(0, loseWrites - 1);
        Pending write = new Pending(target(offsetBytes, bytes.length), bytes);
        if (!isLost) {
            apply(write);
        }
        Completion inner =
                (ignored, outcome) -> {
                    write.isComplete = true;
                    completion.onDiskDone(token, outcome);
                };
        end(Kind.WRITE, bytes.length, inner, token, fails);
    }

    private static byte[] gather(Slice[] sources, int count) {
        int total = 0;
        for (int i = 0; i < count; i++) {
            total += sources[i].lengthBytes;
        }
        byte[] bytes = new byte[total];
        int at = 0;
        for (int i = 0; i < count; i++) {
            Slice source = sources[i];
            MemorySegment memory = source.buffer.segment();
            MemorySegment.copy(
                    memory,
                    ValueLayout.JAVA_BYTE,
                    source.offsetBytes,
                    bytes,
                    at,
                    source.lengthBytes);
            at += source.lengthBytes;
        }
        return bytes;
    }

    private long target(long offsetBytes, int lengthBytes) {
        long shift = misdirectBytes;
        misdirectBytes = 0;
        if (shift == 0 && happens(rates.misdirectedWrites())) {
            shift = (1L + pick(64)) * Pages.PAGE_BYTES * (pick(2) == 0 ? 1 : -1);
        }
        long target = offsetBytes + shift;
        return target < 0 || target + lengthBytes > sizeBytes ? offsetBytes : target;
    }

    private void apply(Pending write) {
        pending.add(write);
        current.putAll(write.offset, write.bytes);
        long first = write.offset / Pages.PAGE_BYTES;
        badPages.subSet(first, first + write.bytes.length / Pages.PAGE_BYTES).clear();
    }

    @Override
    public void sync(Completion completion, long token) {
        operations++;
        boolean fails = isDead || failSyncs > 0 || happens(rates.syncErrors());
        failSyncs = Math.max(0, failSyncs - 1);
        List<Pending> covered = new ArrayList<>();
        if (!fails && !isLying) {
            pending.stream().filter(write -> write.isComplete).forEach(covered::add);
        }
        Completion inner =
                (ignored, outcome) -> {
                    covered.forEach(write -> durable.putAll(write.offset, write.bytes));
                    pending.removeAll(covered);
                    completion.onDiskDone(token, outcome);
                };
        end(Kind.SYNC, 0, inner, token, fails);
    }

    @Override
    public void discard(long offsetBytes, long lengthBytes) {
        checkRange(offsetBytes, lengthBytes);
        long first = offsetBytes / Pages.PAGE_BYTES;
        long count = lengthBytes / Pages.PAGE_BYTES;
        if (pick(2) == 0) {
            current.clear(first, count);
            durable.clear(first, count);
        }
    }

    private void end(Kind kind, long length, Completion completion, long token, boolean fails) {
        int itsLife = life;
        Runnable run =
                () -> {
                    if (itsLife == life) {
                        completion.onDiskDone(token, fails ? Outcome.FAILED : Outcome.OK);
                    }
                };
        if (isStuck) {
            stuck.add(() -> delivery.deliver(kind, length, run));
        } else {
            delivery.deliver(kind, length, run);
        }
    }

    private void checkRange(long offsetBytes, long lengthBytes) {
        Check.that(Pages.isAligned(offsetBytes) && Pages.isAligned(lengthBytes), "whole pages");
        Check.that(lengthBytes >= 0, "length is not negative", lengthBytes);
        Check.that(
                offsetBytes >= 0 && offsetBytes + lengthBytes <= sizeBytes,
                "range is within the device",
                offsetBytes,
                lengthBytes);
    }

    // What a test or the simulator does to the device.

    /** Sectors that no completed sync covers, in the order written. */
    public int unsyncedSectors() {
        int sectors = 0;
        for (Pending write : pending) {
            sectors += write.bytes.length / SECTOR_BYTES;
        }
        return sectors;
    }

    /** Operations asked for so far: reads, writes and syncs. */
    public long operations() {
        return operations;
    }

    /** Loses power: the device decides by chance what of the unsynced sectors stays. */
    public void crash() {
        int style = pick(4);
        int whole = pick(Math.max(1, unsyncedSectors() + 1));
        switch (style) {
            case 0 -> crash(_ -> false);
            case 1 -> crash(_ -> true);
            case 2 -> crash(index -> index < whole);
            default -> crash(_ -> pick(2) == 0);
        }
    }

    /** Loses power: exactly the unsynced sectors that {@code choice} names stay. */
    public void crash(SectorChoice choice) {
        int index = 0;
        for (Pending write : pending) {
            for (int at = 0; at < write.bytes.length; at += SECTOR_BYTES) {
                if (choice.isKept(index++)) {
                    durable.put(write.offset + at, write.bytes, at, SECTOR_BYTES);
                }
            }
        }
        for (Pending write : pending) {
            current.putPages(
                    durable,
                    write.offset / Pages.PAGE_BYTES,
                    write.bytes.length / Pages.PAGE_BYTES);
        }
        pending.clear();
        stuck.clear();
        isStuck = false;
        life++;
    }

    /** The process dies but the device keeps its power: nothing is lost, no completion runs. */
    public void detach() {
        stuck.clear();
        isStuck = false;
        life++;
        pending.forEach(write -> write.isComplete = true);
    }

    /** Sets how often faults happen by chance. */
    public void faultRates(DiskFaultRates newRates) {
        rates = newRates;
    }

    /** The page at {@code offsetBytes} fails every read until it is written. */
    public void failReadsAt(long offsetBytes) {
        badPages.add(offsetBytes / Pages.PAGE_BYTES);
    }

    /** Flips bit {@code bit} of a byte, for good; false where nothing was ever written. */
    public boolean rot(long offsetBytes, int bit) {
        boolean isRotten = current.flip(offsetBytes, bit);
        if (isRotten) {
            durable.flip(offsetBytes, bit);
        }
        return isRotten;
    }

    /** The next write lands {@code shiftBytes} (whole pages) away from where it should. */
    public void misdirectNextWrite(long shiftBytes) {
        Check.that(Pages.isAligned(shiftBytes), "whole pages", shiftBytes);
        misdirectBytes = shiftBytes;
    }

    /** The next {@code count} writes are acknowledged and not done. */
    public void loseNextWrites(int count) {
        loseWrites = count;
    }

    /** The next {@code count} syncs fail. */
    public void failNextSyncs(int count) {
        failSyncs = count;
    }

    /** While true, syncs are acknowledged and cover nothing. */
    public void lie(boolean lies) {
        isLying = lies;
    }

    /** While true, every operation fails. */
    public void die(boolean dies) {
        isDead = dies;
    }

    /** While true, writes fail without effect: the file system under a directory is full. */
    public void fill(boolean fills) {
        isFull = fills;
    }

    /** While true, no operation ends; at false all held ones are delivered in order. */
    public void stick(boolean sticks) {
        isStuck = sticks;
        while (!isStuck && !stuck.isEmpty()) {
            stuck.remove().run();
        }
    }

    /** A number that depends on every byte that reads would see. */
    public long contentHash() {
        return current.hash();
    }

    private boolean happens(int perMillion) {
        return perMillion > 0 && pick(1_000_000) < perMillion;
    }

    private int pick(int bound) {
        return (int) Long.remainderUnsigned(chance.nextLong(), bound);
    }
}
