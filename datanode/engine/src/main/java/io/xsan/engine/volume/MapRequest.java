package io.xsan.engine.volume;

import io.xsan.base.ErrorCode;
import io.xsan.base.Pages;
import io.xsan.engine.VolumeSession;
import io.xsan.store.WriteOp;

/** Which parts of a range hold data, from the index of an in-sync component. */
final class MapRequest implements ExtentLister.Sink {
    private final VolumeEngine engine;
    private final VolumeSession.MapSink sink;
    private final long endBytes;
    private long atBytes;
    private long runBytes;
    private boolean isRunData;

    MapRequest(VolumeEngine engine, long offset, long length, VolumeSession.MapSink sink) {
        this.engine = engine;
        this.sink = sink;
        this.atBytes = offset;
        this.endBytes = offset + length;
    }

    void start() {
        long first = Pages.blockOf(atBytes);
        long end = Pages.blockOf(endBytes - 1) + 1;
        Member source = engine.members().source(engine.members().holdersOf(first));
        boolean isWide = engine.members().holdersOf(first) != engine.members().holdersOf(end);
        if (source == null || isWide && end - first > 1) {
            // No single component knows all of the range: everything may hold data.
            add(endBytes, true);
            flush();
            sink.onMapDone(ErrorCode.OK);
            return;
        }
        new ExtentLister(engine, source, 0, end, this).start(first);
    }

    @Override
    public void onExtent(long block, int firstPage, int pages, long version, int content) {
        long start = block * Pages.BLOCK_BYTES + (long) firstPage * Pages.PAGE_BYTES;
        long end = start + (long) pages * Pages.PAGE_BYTES;
        add(start, false);
        // What was lost is no hole: it reads as bad.
        add(end, content == 0 || content == WriteOp.Content.LOST.ordinal());
    }

    @Override
    public void onListed(boolean isComplete) {
        if (isComplete) {
            add(endBytes, false);
            flush();
        }
        sink.onMapDone(isComplete ? ErrorCode.OK : ErrorCode.READ_FAILED);
    }

    /** Extends the map to {@code end}, as far as it lies in the range. */
    private void add(long end, boolean isData) {
        long length = Math.min(end, endBytes) - atBytes;
        if (length <= 0) {
            return;
        }
        if (isData != isRunData) {
            flush();
            isRunData = isData;
        }
        runBytes += length;
        atBytes += length;
    }

    private void flush() {
        if (runBytes > 0) {
            sink.run(runBytes, isRunData);
            runBytes = 0;
        }
    }
}
