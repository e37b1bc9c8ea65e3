package io.xsan.server.demo;

import io.xsan.server.demo.nbd.NbdClient;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.BitSet;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * One request at a time, on chunks that no other lane touches. So at most one write of a page is in
 * flight, and what a read must find is known. Lane {@code number} of {@code lanes} has the chunks
 * whose number leaves it as the rest.
 */
final class Lane {
    private static final int PAGES_EACH = Load.CHUNK_BYTES / PageContent.PAGE_BYTES;
    private static final int READ_PERCENT = 30;
    private static final long ANSWER_SECONDS_MAX = 120;

    private final int number;
    private final int lanes;
    private final Connection connection;
    private final Measures measures;
    private final int chunks;
    private final SplittableRandom random;
    private final ByteBuffer buffer =
            ByteBuffer.allocateDirect(Load.CHUNK_BYTES).order(ByteOrder.LITTLE_ENDIAN);

    /** Number of the last write of each page that was acknowledged. */
    private final long[] expected;

    private final BitSet written;
    private long write;

    Lane(int number, int lanes, Connection connection, Measures measures) {
        this.number = number;
        this.lanes = lanes;
        this.connection = connection;
        this.measures = measures;
        long all = connection.client().export().sizeBytes() / Load.CHUNK_BYTES;
        this.chunks = Math.toIntExact((all - number + lanes - 1) / lanes);
        this.random = new SplittableRandom(number);
        this.expected = new long[chunks * PAGES_EACH];
        this.written = new BitSet(chunks);
    }

    /** One random write, or one read that is verified. False if it failed. */
    boolean step() throws InterruptedException {
        int chunk = random.nextInt(chunks);
        int pages = 1 + random.nextInt(PAGES_EACH);
        int first = random.nextInt(PAGES_EACH - pages + 1);
        if (random.nextInt(100) < READ_PERCENT) {
            return read(chunk, first, pages);
        }
        write++;
        buffer.clear();
        for (int i = first; i < first + pages; i++) {
            PageContent.put(buffer, page(chunk, i), write);
        }
        buffer.flip();
        boolean isDone = await("write", chunk, c -> c.write(offset(chunk, first), buffer.rewind()));
        if (isDone) {
            Arrays.fill(
                    expected,
                    chunk * PAGES_EACH + first,
                    chunk * PAGES_EACH + first + pages,
                    write);
            written.set(chunk);
            measures.writes.increment();
            measures.writtenBytes.add((long) pages * PageContent.PAGE_BYTES);
        }
        return isDone;
    }

    private boolean read(int chunk, int first, int pages) throws InterruptedException {
        buffer.clear().limit(pages * PageContent.PAGE_BYTES);
        if (!await("read", chunk, c -> c.read(offset(chunk, first), buffer.rewind()))) {
            return false;
        }
        measures.reads.increment();
        measures.readBytes.add((long) pages * PageContent.PAGE_BYTES);
        buffer.flip();
        for (int i = first; i < first + pages; i++) {
            check(chunk, i);
        }
        return true;
    }

    /** Reads back every chunk that was written, and checks each page of it. */
    void verify() throws InterruptedException {
        for (int chunk = written.nextSetBit(0); chunk >= 0; chunk = written.nextSetBit(chunk + 1)) {
            if (!read(chunk, 0, PAGES_EACH)) {
                return;
            }
            for (int i = 0; i < PAGES_EACH; i++) {
                if (expected[chunk * PAGES_EACH + i] != 0) {
                    measures.pagesVerified.increment();
                }
            }
        }
    }

    /** Writes zeros over a page and remembers nothing of it. False if nothing was written. */
    boolean plantLoss() throws InterruptedException {
        for (int i = 0; i < expected.length; i++) {
            if (expected[i] != 0) {
                int chunk = i / PAGES_EACH;
                ByteBuffer zeros = ByteBuffer.allocateDirect(PageContent.PAGE_BYTES);
                long offset = offset(chunk, i % PAGES_EACH);
                return await("write", chunk, c -> c.write(offset, zeros.rewind()));
            }
        }
        return false;
    }

    private void check(int chunk, int index) {
        long page = page(chunk, index);
        long wanted = expected[chunk * PAGES_EACH + index];
        int position = buffer.position();
        if (!PageContent.matches(buffer, page, wanted)) {
            measures.onLostPage(
                    "page "
                            + page
                            + " has "
                            + PageContent.describe(buffer, position)
                            + ", must have write "
                            + wanted);
        }
    }

    private interface Request {
        CompletableFuture<Void> on(NbdClient client);
    }

    /** Where the connection breaks, the request is sent again: it has no effect twice. */
    private boolean await(String what, int chunk, Request request) throws InterruptedException {
        long start = System.nanoTime();
        while (true) {
            NbdClient client = connection.client();
            try {
                request.on(client).get(ANSWER_SECONDS_MAX, TimeUnit.SECONDS);
                measures.onAnswer(start, System.nanoTime());
                return true;
            } catch (TimeoutException e) {
                return failed(what, chunk, "no answer for " + ANSWER_SECONDS_MAX + " s");
            } catch (ExecutionException e) {
                if (!client.isBroken()) {
                    return failed(what, chunk, String.valueOf(e.getCause()));
                }
            }
            try {
                connection.renew(client, ANSWER_SECONDS_MAX);
            } catch (IOException e) {
                return failed(what, chunk, "no owner: " + e.getMessage());
            }
        }
    }

    private boolean failed(String what, int chunk, String why) {
        measures.onError(what + " of chunk " + (chunk * (long) lanes + number) + ": " + why);
        return false;
    }

    private long page(int chunk, int index) {
        return (chunk * (long) lanes + number) * PAGES_EACH + index;
    }

    private long offset(int chunk, int index) {
        return page(chunk, index) * PageContent.PAGE_BYTES;
    }
}
