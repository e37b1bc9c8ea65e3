package io.xsan.server.disk;

import io.xsan.base.Check;
import io.xsan.base.log.Log;
import io.xsan.base.seam.Clock;
import io.xsan.base.seam.Disk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A device of this host: a directory of files or a block device; see {@link DeviceFiles}.
 *
 * <pre>
 *   open: everything ends before the call returns           (format, recovery)
 *   start, LOOP:   writes and syncs end before the call returns,
 *                  reads gather until runReads: one io_uring call for all of them
 *   start, THREAD: writes and syncs on a thread, reads on a pool of 16
 * </pre>
 *
 * <p>Where the kernel has no io_uring for us, reads go to the pool in either placement. From {@link
 * #start} on it belongs to the shard that called it.
 */
public final class LocalDisk implements Disk, AutoCloseable {
    /** Bytes of a page that no format uses: the probe of the placement writes zeros there. */
    private static final long PROBE_OFFSET = 512 << 10;

    private static final int PROBES = 32;
    private static final long SLOW_SYNC_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final int RING_ENTRIES = 256;
    private static final int POOL_THREADS = 16;
    private static final int ROUNDS_PER_TURN = 8;

    private final DeviceFiles files;
    private final Log log;
    private final SystemCalls calls = new SystemCalls();
    private final BitSet dirty = new BitSet();
    private final ArrayDeque<WriteTask> freeWrites = new ArrayDeque<>();
    private final List<ReadTask> reads = new ArrayList<>();
    private final ArrayDeque<ReadTask> freeReads = new ArrayDeque<>();
    private final ArrayDeque<ReadTask> gathered = new ArrayDeque<>();
    private final ReadTask[] batch = new ReadTask[RING_ENTRIES];
    private final IoRing.Listener ringListener = this::onRingRead;
    private final Consumer<ReadTask> readDone = this::endRead;
    private final Consumer<WriteTask> writeDone = this::endWrite;
    private @Nullable IoRing ring;
    private @Nullable DeviceThreads<ReadTask> pool;
    private @Nullable DeviceThreads<WriteTask> writer;

    private LocalDisk(DeviceFiles files, Log log) {
        this.files = files;
        this.log = log;
    }

    /**
     * Opens the device at {@code path}: a block device, of which all is used, or a directory, which
     * is made if it is missing and of which {@code sizeBytes} are used, rounded down to whole files
     * of 64 MiB (at least one).
     *
     * @throws IOException if the device or a file cannot be made or opened, or is in use
     */
    public static LocalDisk open(Path path, long sizeBytes, Log log) throws IOException {
        return new LocalDisk(DeviceFiles.open(path, sizeBytes, log), log);
    }

    /**
     * Opens a device that was used before, all of it; nothing is made that is not there.
     *
     * @throws IOException if there is no device, or it is in use
     */
    public static LocalDisk openUsed(Path path, Log log) throws IOException {
        if (isUnused(path)) {
            throw new IOException(path + ": neither a block device nor a directory of a store");
        }
        return open(path, BlockDevice.isOne(path) ? 0 : DeviceFiles.bytesOf(path), log);
    }

    /** True if there is no device at {@code path}, or a directory that was never used as one. */
    public static boolean isUnused(Path path) throws IOException {
        boolean isDevice = BlockDevice.isOne(path);
        return !isDevice && (!Files.isDirectory(path) || DeviceFiles.bytesOf(path) == 0);
    }

    /**
     * Begins the work for a shard, on its loop, once the device is known to be this node's own.
     * {@code wake} is called by other threads when something has ended: the loop must then call
     * {@link #runReads} soon.
     *
     * @param placement which thread writes; AUTO measures the sync of the device
     * @param mayUseRing false to read through the pool in any case
     */
    public void start(Placement placement, boolean mayUseRing, Clock clock, Runnable wake) {
        long syncNanos = placement == Placement.AUTO ? medianSyncNanos(clock) : 0;
        boolean isSlow = placement == Placement.THREAD || syncNanos > SLOW_SYNC_NANOS;
        ring = isSlow || !mayUseRing ? null : IoRing.open(RING_ENTRIES);
        if (ring == null) {
            DeviceThreads.Work<ReadTask> read = (task, own) -> task.readFrom(0, files, own);
            pool = new DeviceThreads<>("xsan-read", POOL_THREADS, read, wake, log);
        }
        if (isSlow) {
            DeviceThreads.Work<WriteTask> write = (task, own) -> task.run(files, own);
            writer = new DeviceThreads<>("xsan-write", 1, write, wake, log);
        }
        log.info(
                "device-placed",
                "writes",
                isSlow ? "thread" : "loop",
                "reads",
                ring == null ? "pool" : "ring",
                "syncMicros",
                syncNanos / 1_000);
    }

    private long medianSyncNanos(Clock clock) {
        try (java.lang.foreign.Arena arena = java.lang.foreign.Arena.ofConfined()) {
            long zeros = arena.allocate(4096, 4096).address();
            long[] nanos = new long[PROBES];
            Vectors vectors = new Vectors(1);
            int fd = files.descriptor(files.fileOf(PROBE_OFFSET));
            for (int i = 0; i < PROBES; i++) {
                long start = clock.nanoTime();
                vectors.clear();
                vectors.add(zeros, 4096);
                boolean isDone = vectors.write(calls, fd, PROBE_OFFSET) && calls.fdatasync(fd) == 0;
                nanos[i] = isDone ? clock.nanoTime() - start : Long.MAX_VALUE;
            }
            java.util.Arrays.sort(nanos);
            return nanos[PROBES / 2];
        }
    }

    /** How reads are done: "ring" or "pool". */
    public String readPath() {
        return ring == null ? "pool" : "ring";
    }

    @Override
    public long sizeBytes() {
        return files.sizeBytes();
    }

    @Override
    public void read(long offsetBytes, Slice target, Completion completion, long token) {
        ReadTask task = freeReads.isEmpty() ? newRead() : freeReads.pop();
        task.offsetBytes = offsetBytes;
        task.address = target.buffer.segment().address() + target.offsetBytes;
        task.lengthBytes = target.lengthBytes;
        task.completion = completion;
        task.token = token;
        if (ring != null) {
            gathered.add(task);
        } else if (pool != null) {
            gathered.add(task);
            feedPool(pool);
        } else {
            task.readFrom(0, files, calls);
            endRead(task);
        }
    }

    private ReadTask newRead() {
        ReadTask made = new ReadTask(reads.size());
        reads.add(made);
        return made;
    }

    /**
     * Does the reads that were asked for and tells what has ended; completions may ask for more.
     * True if anything ended. To be called in every turn, before the store's group commit.
     */
    public boolean runReads() {
        int ended = writer == null ? 0 : writer.takeDone(writeDone);
        if (pool != null) {
            ended += pool.takeDone(readDone);
            feedPool(pool);
        }
        for (int i = 0; ring != null && !gathered.isEmpty() && i < ROUNDS_PER_TURN; i++) {
            runBatch(ring);
            ended++;
        }
        return ended > 0;
    }

    /** True if reads wait for {@link #runReads}, and nothing else will call it. */
    public boolean hasReads() {
        return ring != null && !gathered.isEmpty();
    }

    private void feedPool(DeviceThreads<ReadTask> pool) {
        while (!gathered.isEmpty() && pool.hasRoom()) {
            pool.add(gathered.remove());
        }
    }

    private void runBatch(IoRing ring) {
        int count = 0;
        while (count < RING_ENTRIES && !gathered.isEmpty()) {
            ReadTask task = gathered.remove();
            batch[count++] = task;
            long length = Math.min(task.lengthBytes, files.room(task.offsetBytes));
            ring.add(
                    files.descriptor(files.fileOf(task.offsetBytes)),
                    files.position(task.offsetBytes),
                    task.address,
                    (int) length,
                    task.number);
        }
        ring.submitAndWait(ringListener);
        for (int i = 0; i < count; i++) {
            endRead(batch[i]);
        }
    }

    /** What the ring has not read, the rest behind the end of a file too, is read by itself. */
    private void onRingRead(long number, int result) {
        ReadTask task = reads.get((int) number);
        task.outcome = Outcome.OK;
        if (result < task.lengthBytes) {
            task.readFrom(Math.max(0, result), files, calls);
        }
    }

    private void endRead(ReadTask task) {
        Completion completion = task.completion;
        task.completion = null;
        freeReads.push(task);
        if (completion == null) {
            throw Check.unreachable("a read ends once");
        }
        if (task.outcome != Outcome.OK) {
            log.error("device-read-failed", "offset", task.offsetBytes);
        }
        completion.onDiskDone(task.token, task.outcome);
    }

    @Override
    public void write(
            long offsetBytes, Slice[] sources, int count, Completion completion, long token) {
        long lengthBytes = 0;
        for (int i = 0; i < count; i++) {
            lengthBytes += sources[i].lengthBytes;
        }
        if (lengthBytes > files.room(offsetBytes)) {
            writeAcross(offsetBytes, sources, count, completion, token);
            return;
        }
        WriteTask task = takeWrite(completion, token);
        task.write(offsetBytes, sources, count);
        dirty.set(files.fileOf(offsetBytes));
        run(task);
    }

    /** A write over the end of a file, in pieces that each end within one. */
    private void writeAcross(
            long offsetBytes, Slice[] sources, int count, Completion completion, long token) {
        Pieces pieces = new Pieces(completion, token);
        long at = offsetBytes;
        for (int i = 0; i < count; i++) {
            int from = 0;
            while (from < sources[i].lengthBytes) {
                int length = (int) Math.min(sources[i].lengthBytes - from, files.room(at));
                WriteTask task = takeWrite(pieces, 0);
                task.write(at, sources[i], from, length);
                dirty.set(files.fileOf(at));
                pieces.left++;
                run(task);
                from += length;
                at += length;
            }
        }
        pieces.onDiskDone(0, Outcome.OK);
    }

    /** Ends a write when all its pieces, and the call that made them, have ended. */
    private static final class Pieces implements Completion {
        private final Completion whole;
        private final long wholeToken;
        private Outcome worst = Outcome.OK;
        private int left = 1;

        Pieces(Completion whole, long wholeToken) {
            this.whole = whole;
            this.wholeToken = wholeToken;
        }

        @Override
        public void onDiskDone(long token, Outcome outcome) {
            worst = outcome == Outcome.OK ? worst : outcome;
            if (--left == 0) {
                whole.onDiskDone(wholeToken, worst);
            }
        }
    }

    @Override
    public void sync(Completion completion, long token) {
        WriteTask task = takeWrite(completion, token);
        task.sync(dirty);
        run(task);
    }

    private WriteTask takeWrite(Completion completion, long token) {
        WriteTask task = freeWrites.isEmpty() ? new WriteTask() : freeWrites.pop();
        task.completion = completion;
        task.token = token;
        return task;
    }

    private void run(WriteTask task) {
        if (writer == null) {
            task.run(files, calls);
            endWrite(task);
        } else {
            writer.add(task);
        }
    }

    private void endWrite(WriteTask task) {
        Completion completion = task.completion;
        task.completion = null;
        freeWrites.push(task);
        if (completion == null) {
            throw Check.unreachable("a write ends once");
        }
        Outcome outcome = task.outcome;
        if (outcome != Outcome.OK) {
            log.error("device-write-failed", "operation", task, "errno", task.errno);
        }
        completion.onDiskDone(task.token, outcome);
    }

    /** Advice that is not taken: the store writes the same files again. */
    @Override
    public void discard(long offsetBytes, long lengthBytes) {}

    /** Closes the files; what was not synced may be lost. The shard has ended. */
    @Override
    public void close() throws IOException {
        if (writer != null) {
            writer.close();
        }
        if (pool != null) {
            pool.close();
        }
        if (ring != null) {
            ring.close();
        }
        files.close();
    }
}
