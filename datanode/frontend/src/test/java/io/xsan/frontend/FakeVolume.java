package io.xsan.frontend;

import io.xsan.base.Check;
import io.xsan.base.ErrorCode;
import io.xsan.base.memory.PageBuffer;
import io.xsan.engine.VolumeIo;
import io.xsan.engine.VolumeSession;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;

/** A volume in memory. Answers at once, or when told; can be made to fail. */
public final class FakeVolume implements VolumeSession {
    /** What was submitted, as the engine saw it. */
    public record Seen(VolumeIo.Kind kind, long offsetBytes, int lengthBytes, boolean mayTrim) {}

    public final List<Seen> seen = new ArrayList<>();
    public final Deque<VolumeIo> held = new ArrayDeque<>();
    public byte[] content;
    public long sizeBytes;
    public boolean isReadOnly;
    public boolean isHolding;
    public boolean isRecording = true;
    public int closes;
    public ErrorCode nextStatus = ErrorCode.OK;
    public ErrorCode mapStatus = ErrorCode.OK;
    public int failFrom = Integer.MAX_VALUE;
    public boolean allowsAnyPlace;
    private int submitted;

    public FakeVolume(int sizeBytes) {
        this.sizeBytes = sizeBytes;
        content = new byte[sizeBytes];
    }

    @Override
    public long sizeBytes() {
        return sizeBytes;
    }

    @Override
    public int sectorBytes() {
        return 4096;
    }

    @Override
    public boolean isReadOnly() {
        return isReadOnly;
    }

    @Override
    public void submit(VolumeIo io) {
        if (isRecording) {
            seen.add(new Seen(io.kind, io.offsetBytes, io.lengthBytes, io.mayTrim));
        }
        if (isHolding) {
            held.add(io);
        } else {
            answer(io);
        }
    }

    /** Answers the oldest I/O held. */
    public void release() {
        answer(held.removeFirst());
    }

    /** Answers the newest I/O held. */
    public void releaseNewest() {
        answer(held.removeLast());
    }

    private void answer(VolumeIo io) {
        submitted++;
        if (submitted >= failFrom) {
            io.onDone(ErrorCode.READ_FAILED);
            return;
        }
        if (nextStatus == ErrorCode.OK) {
            apply(io);
        }
        io.onDone(nextStatus);
    }

    private void apply(VolumeIo io) {
        int offset = (int) Math.min(io.offsetBytes, content.length);
        int length = Math.min(io.lengthBytes, content.length - offset);
        switch (io.kind) {
            case READ -> bytes(io).put(io.bufferOffsetBytes, content, offset, length);
            case WRITE -> bytes(io).get(io.bufferOffsetBytes, content, offset, length);
            case TRIM, ZERO -> Arrays.fill(content, offset, offset + length, (byte) 0);
            case FLUSH -> {}
        }
    }

    private ByteBuffer bytes(VolumeIo io) {
        PageBuffer buffer = Check.present(io.buffer, "an I/O with data has a buffer");
        Check.that(
                allowsAnyPlace || io.bufferOffsetBytes == io.offsetBytes % 4096,
                "data stand in the buffer as in their page",
                io.bufferOffsetBytes);
        return buffer.bytes().clear();
    }

    /** Pages alternate in runs of two: data, hole. */
    @Override
    public void map(long offsetBytes, long lengthBytes, MapSink sink) {
        long at = offsetBytes;
        long end = offsetBytes + lengthBytes;
        while (at < end && mapStatus == ErrorCode.OK) {
            long next = Math.min(end, (at / 4096 + 1) * 4096);
            sink.run(next - at, at / 8192 % 2 == 0);
            at = next;
        }
        sink.onMapDone(mapStatus);
    }

    @Override
    public void close() {
        closes++;
    }
}
