package io.xsan.sim.run;

import io.xsan.base.ErrorCode;
import io.xsan.base.VolumeId;
import io.xsan.base.memory.PageBuffer;
import io.xsan.engine.Shard;
import io.xsan.engine.ShardStatus;
import io.xsan.engine.VolumeIo;
import io.xsan.engine.VolumeSession;
import io.xsan.meta.image.ClusterImage;
import io.xsan.protocol.FrameHeader;
import io.xsan.sim.cluster.ShardFactory;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A shard whose volumes are bytes in memory that never fail, shared by all nodes of a run: shows
 * that the simulator accepts what is right. {@code mistakeEvery} writes it forgets one.
 */
final class PlainShard implements Shard {
    /** The bytes of all volumes of a run. */
    static final class Bytes {
        final Map<Long, byte[]> sectors = new HashMap<>();
        final Map<Long, Attached> attached = new HashMap<>();
        int writes;
    }

    /** Who serves an attachment now. */
    private record Attached(PlainShard shard, Session session) {}

    private final ShardFactory.Seams seams;
    private final Bytes bytes;
    private final int mistakeEvery;
    private @Nullable ClusterImage image;

    PlainShard(ShardFactory.Seams seams, Bytes bytes, int mistakeEvery) {
        this.seams = seams;
        this.bytes = bytes;
        this.mistakeEvery = mistakeEvery;
    }

    @Override
    public void onImage(ClusterImage newer) {
        if (image == null || newer.index() > image.index()) {
            image = newer;
        }
    }

    @Override
    public void connect(
            long volumeId, long attachmentId, long sessionId, VolumeSession.Listener listener) {
        ClusterImage now = Objects.requireNonNull(image);
        boolean isOwner =
                now.volume(new VolumeId(volumeId))
                        .filter(volume -> volume.owner().value() == seams.node())
                        .isPresent();
        if (!isOwner) {
            listener.onDropped(ErrorCode.NOT_OWNER);
            return;
        }
        Session session = new Session(volumeId, listener);
        Attached old = bytes.attached.put(attachmentId, new Attached(this, session));
        if (old != null) {
            old.session().isOver = true;
        }
        listener.onReady(session);
    }

    private final class Session implements VolumeSession {
        private final long volume;
        private boolean isOver;

        Session(long volume, Listener listener) {
            this.volume = volume;
            Objects.requireNonNull(listener);
        }

        @Override
        public long sizeBytes() {
            return Long.MAX_VALUE;
        }

        @Override
        public int sectorBytes() {
            return 512;
        }

        @Override
        public boolean isReadOnly() {
            return false;
        }

        @Override
        public void submit(VolumeIo io) {
            seams.scheduler().after(100_000, () -> end(io));
        }

        private void end(VolumeIo io) {
            if (isOver) {
                io.onDone(ErrorCode.SESSION_DROPPED);
                return;
            }
            for (int at = 0; at < io.lengthBytes; at += 512) {
                sector(io, at);
            }
            io.onDone(ErrorCode.OK);
        }

        private void sector(VolumeIo io, int at) {
            long key = volume ^ ((io.offsetBytes + at) / 512);
            PageBuffer buffer = io.buffer;
            if (buffer == null) {
                bytes.sectors.remove(key);
                return;
            }
            ByteBuffer memory = buffer.bytes();
            if (io.kind == VolumeIo.Kind.READ) {
                memory.put(
                        io.bufferOffsetBytes + at, bytes.sectors.getOrDefault(key, new byte[512]));
            } else if (mistakeEvery == 0 || ++bytes.writes % mistakeEvery != 0) {
                byte[] sector = new byte[512];
                memory.get(io.bufferOffsetBytes + at, sector);
                bytes.sectors.put(key, sector);
            }
        }

        @Override
        public void map(long offsetBytes, long lengthBytes, MapSink sink) {}

        @Override
        public void close() {}
    }

    @Override
    public ShardStatus status() {
        return new ShardStatus(seams.store().status(), List.of(), new ArrayList<>());
    }

    @Override
    public void onFrame(int fromNode, FrameHeader header, @Nullable PageBuffer body) {}

    @Override
    public void onLinkUp(int node, long incarnation) {}

    @Override
    public void onLinkDown(int node) {}

    @Override
    public void onLease(long untilNanos) {}

    @Override
    public void onTick(long nowNanos) {}

    @Override
    public void endTurn(long nowNanos) {}

    @Override
    public void close(Runnable done) {
        done.run();
    }
}
