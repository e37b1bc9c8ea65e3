package io.xsan.sim.run;

import io.xsan.base.Check;
import io.xsan.base.ErrorCode;
import io.xsan.base.Pages;
import io.xsan.base.Version;
import io.xsan.base.VolumeId;
import io.xsan.base.memory.Crc32c;
import io.xsan.base.memory.PageBuffer;
import io.xsan.engine.Shard;
import io.xsan.engine.ShardStatus;
import io.xsan.engine.VolumeIo;
import io.xsan.engine.VolumeSession;
import io.xsan.meta.image.ClusterImage;
import io.xsan.protocol.FrameHeader;
import io.xsan.sim.cluster.ShardFactory;
import io.xsan.store.ComponentDescriptor;
import io.xsan.store.CreateOp;
import io.xsan.store.ReadOp;
import io.xsan.store.StoreComponent;
import io.xsan.store.StoreOp;
import io.xsan.store.WriteOp;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The simplest data path there can be: volumes with one component on their owner, straight into the
 * store. Shows what the store does under crashes without an engine.
 */
final class StoreShard implements Shard {
    private static final long GENERATION = 1;

    private final ShardFactory.Seams seams;
    private final Crc32c crc = new Crc32c();
    private @Nullable ClusterImage image;
    private @Nullable Session current;
    private long version;

    StoreShard(ShardFactory.Seams seams) {
        this.seams = seams;
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
        boolean isOwner =
                image != null
                        && image.volume(new VolumeId(volumeId))
                                .filter(volume -> volume.owner().value() == seams.node())
                                .isPresent();
        if (!isOwner) {
            listener.onDropped(ErrorCode.CLUSTER_NOT_READY);
            return;
        }
        if (current != null) {
            current.drop();
        }
        Session session = new Session(volumeId, listener);
        current = session;
        CreateOp create = new CreateOp((op, status) -> onCreated(session, status));
        create.descriptor =
                new ComponentDescriptor(
                        volumeId, GENERATION, seams.node(), 0, ByteBuffer.allocate(0));
        seams.store().create(create);
    }

    private void onCreated(Session session, ErrorCode status) {
        if (status == ErrorCode.DEVICE_FAILED) {
            return;
        }
        Check.that(status == ErrorCode.OK, "component is created", status.number());
        StoreComponent component =
                Check.present(
                        seams.store().component(session.volume, GENERATION), "component is there");
        Check.that(!component.isDamaged(), "nothing was damaged");
        version = Math.max(version, Version.of(Version.epoch(component.newestVersion()) + 1, 1));
        session.component = component;
        session.ready();
    }

    private final class Session implements VolumeSession {
        final long volume;
        private final Listener listener;
        private @Nullable StoreComponent component;
        private boolean isOver;
        private int inStore;

        Session(long volume, Listener listener) {
            this.volume = volume;
            this.listener = listener;
        }

        void ready() {
            if (!isOver) {
                listener.onReady(this);
            }
        }

        void drop() {
            isOver = true;
            if (inStore == 0) {
                listener.onDropped(ErrorCode.SESSION_DROPPED);
            }
        }

        @Override
        public long sizeBytes() {
            return Long.MAX_VALUE;
        }

        @Override
        public int sectorBytes() {
            return Pages.PAGE_BYTES;
        }

        @Override
        public boolean isReadOnly() {
            return false;
        }

        @Override
        public void submit(VolumeIo io) {
            List<StoreOp> parts = new ArrayList<>();
            int[] left = new int[1];
            long at = io.offsetBytes;
            long end = at + io.lengthBytes;
            while (at < end) {
                int length = (int) Math.min(end - at, Pages.BLOCK_BYTES - Pages.offsetInBlock(at));
                parts.add(part(io, at, length, left));
                at += length;
            }
            left[0] = parts.size();
            inStore++;
            if (parts.isEmpty()) {
                finish(io, ErrorCode.OK);
            }
            for (StoreOp part : parts) {
                part.component = component;
                if (part instanceof WriteOp write) {
                    seams.store().write(write);
                } else {
                    seams.store().read((ReadOp) part);
                }
            }
        }

        private StoreOp part(VolumeIo io, long at, int length, int[] left) {
            int bufferPage = Pages.exactPages(at - io.offsetBytes);
            long block = Pages.blockOf(at);
            int page = Pages.exactPages(Pages.offsetInBlock(at));
            if (io.kind == VolumeIo.Kind.READ) {
                ReadOp read = new ReadOp((op, status) -> onPart(io, status, left));
                read.block = block;
                read.firstPage = page;
                read.pages = Pages.exactPages(length);
                read.buffer = io.buffer;
                read.bufferPage = bufferPage;
                return read;
            }
            WriteOp write = new WriteOp((op, status) -> onPart(io, status, left));
            write.version = ++version;
            write.block = block;
            write.firstPage = page;
            write.pages = Pages.exactPages(length);
            PageBuffer data = io.buffer;
            if (data != null) {
                crc.stamp(data, bufferPage, write.pages);
                write.buffer = data;
                write.bufferPage = bufferPage;
            } else {
                write.content =
                        io.kind == VolumeIo.Kind.TRIM ? WriteOp.Content.TRIM : WriteOp.Content.ZERO;
            }
            return write;
        }

        private void onPart(VolumeIo io, ErrorCode status, int[] left) {
            if (status == ErrorCode.DEVICE_FAILED) {
                return;
            }
            Check.that(status == ErrorCode.OK, "the store does it", status.number());
            if (--left[0] == 0) {
                finish(io, ErrorCode.OK);
            }
        }

        private void finish(VolumeIo io, ErrorCode status) {
            inStore--;
            io.onDone(status);
            if (isOver && inStore == 0) {
                listener.onDropped(ErrorCode.SESSION_DROPPED);
            }
        }

        @Override
        public void map(long offsetBytes, long lengthBytes, MapSink sink) {}

        @Override
        public void close() {}
    }

    @Override
    public void endTurn(long nowNanos) {
        seams.store().flush();
    }

    @Override
    public void onTick(long nowNanos) {
        seams.store().tick(nowNanos);
    }

    @Override
    public ErrorCode scrub(long volumeId) {
        return ErrorCode.NOT_OWNER;
    }

    @Override
    public ShardStatus status() {
        return new ShardStatus(
                seams.store().status(), seams.store().devices(), List.of(), List.of());
    }

    @Override
    public void onFrame(int fromNode, FrameHeader header, @Nullable PageBuffer body) {
        Objects.requireNonNull(header);
    }

    @Override
    public void onLinkUp(int node, long incarnation) {}

    @Override
    public void onLinkDown(int node) {}

    @Override
    public void onLease(long untilNanos) {}

    @Override
    public void close(Runnable done) {
        done.run();
    }
}
