package io.xsan.engine.component;

import io.xsan.base.Check;
import io.xsan.base.ErrorCode;
import io.xsan.base.Pages;
import io.xsan.base.memory.PageBuffer;
import io.xsan.engine.Bug;
import io.xsan.engine.ShardSetup;
import io.xsan.engine.ShardStatus;
import io.xsan.meta.codec.Decoded;
import io.xsan.meta.codec.RecordCodec;
import io.xsan.meta.image.ClusterImage;
import io.xsan.meta.image.VolumeRecord;
import io.xsan.protocol.ExtentListLayout;
import io.xsan.protocol.FrameHeader;
import io.xsan.protocol.FrameKind;
import io.xsan.store.ExtentsOp;
import io.xsan.store.StoreComponent;
import io.xsan.store.StoreOp;
import io.xsan.store.WriteOp;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Answers component frames from the store of this shard.
 *
 * <p>Fencing (rule 4): the highest epoch seen of a component is raised in memory the moment an OPEN
 * arrives, so nothing older is let in after it, and the OPEN is answered when the store has it on
 * disk, which by the store's order means everything that was let in before is on disk too.
 */
public final class ComponentHost {
    private static final int EXTENTS_PER_ANSWER = 2048;

    private final ShardSetup setup;
    private final ComponentCatalog catalog;
    private final Map<StoreComponent, Integer> opening = new LinkedHashMap<>();
    private final ArrayDeque<WriteSlot> freeWrites = new ArrayDeque<>();
    private final ArrayDeque<ReadSlot> freeReads = new ArrayDeque<>();
    private final ArrayDeque<ReadSlot> waitingReads = new ArrayDeque<>();
    private final ArrayDeque<FrameHeader> waitingExtents = new ArrayDeque<>();
    private final ExtentsOp extents = new ExtentsOp(this::onExtents, EXTENTS_PER_ANSWER);
    private final FrameHeader answer = new FrameHeader();
    private @Nullable FrameHeader extentsRequest;

    /** Serves the components of {@code setup}'s store. */
    public ComponentHost(ShardSetup setup) {
        this.setup = setup;
        this.catalog = new ComponentCatalog(setup);
    }

    /** Creates and drops components as a newer image says. */
    public void onImage(ClusterImage image) {
        catalog.onImage(image);
    }

    /** Repeats what the metadata could not answer. */
    public void onTick(long nowNanos) {
        catalog.onTick(nowNanos);
    }

    /** Goes on with what waited for memory; once a turn. */
    public void retry() {
        while (!waitingReads.isEmpty() && startRead(waitingReads.peek())) {
            waitingReads.remove();
        }
        if (!waitingExtents.isEmpty() && extents.component == null) {
            startExtents(waitingExtents.remove());
        }
    }

    /** A request for a component. */
    public void onRequest(FrameHeader header, @Nullable PageBuffer body) {
        StoreComponent component = setup.store().component(header.volume, header.generation);
        ErrorCode refusal = refusal(header, component);
        if (refusal != ErrorCode.OK) {
            answer(header, refusal, component);
            return;
        }
        StoreComponent known = Check.present(component, "a component that is not refused exists");
        if (header.stable > known.stable()) {
            setup.store().noteStable(known, header.stable);
        }
        switch (header.kind) {
            case OPEN -> open(header, known);
            case WRITE -> write(header, known, body, WriteOp.Content.DATA);
            case TRIM -> {
                if (setup.bugs().has(Bug.TRIM_FORGOTTEN)) {
                    answer(header, ErrorCode.OK, known);
                } else {
                    write(header, known, null, WriteOp.Content.TRIM);
                }
            }
            case ZERO -> write(header, known, null, WriteOp.Content.ZERO);
            case LOSE -> write(header, known, null, WriteOp.Content.LOST);
            case READ -> read(header, known);
            case CONFIRM -> answer(header, ErrorCode.OK, known);
            case STABLE -> stable(header, known);
            case EXTENTS -> extents(header);
            default -> answer(header, ErrorCode.UNSUPPORTED, known);
        }
    }

    private void stable(FrameHeader header, StoreComponent component) {
        if ((header.flags & FrameHeader.FLAG_REPAIRED) == 0) {
            answer(header, ErrorCode.OK, component);
            return;
        }
        FrameHeader request = new FrameHeader().copyOf(header);
        StoreOp op = new StoreOp((ended, status) -> answer(request, status, component));
        op.component = component;
        setup.store().persistRepaired(op);
    }

    private ErrorCode refusal(FrameHeader header, @Nullable StoreComponent component) {
        boolean isUs =
                header.targetNode == setup.node()
                        && (header.incarnation == 0 || header.incarnation == setup.incarnation());
        if (!isUs) {
            return ErrorCode.IDENTITY_MISMATCH;
        }
        if (component == null || component.descriptor().node() != setup.node()) {
            return catalog.isExpected(header.volume, header.generation)
                    ? ErrorCode.CLUSTER_NOT_READY
                    : ErrorCode.IDENTITY_MISMATCH;
        }
        int seen = epochSeen(component);
        if (header.epoch < seen) {
            boolean isLetIn = setup.bugs().has(Bug.M_COMPONENT_EPOCH) && isWrite(header.kind);
            return isLetIn ? ErrorCode.OK : ErrorCode.EPOCH_FENCED;
        }
        return header.epoch == seen || header.kind == FrameKind.OPEN
                ? ErrorCode.OK
                : ErrorCode.CONFLICT;
    }

    private static boolean isWrite(FrameKind kind) {
        return kind == FrameKind.WRITE || kind == FrameKind.TRIM || kind == FrameKind.ZERO;
    }

    private int epochSeen(StoreComponent component) {
        Integer pending = opening.get(component);
        return pending == null ? component.epoch() : Math.max(pending, component.epoch());
    }

    private void open(FrameHeader header, StoreComponent component) {
        FrameHeader request = new FrameHeader().copyOf(header);
        opening.merge(component, header.epoch, Math::max);
        if (setup.bugs().has(Bug.M_EPOCH_VOLATILE)) {
            answerOpened(request, component);
            return;
        }
        StoreOp op = new StoreOp((ended, status) -> onOpened(request, component, status));
        op.component = component;
        op.epoch = header.epoch;
        setup.store().persistEpoch(op);
    }

    private void onOpened(FrameHeader request, StoreComponent component, ErrorCode status) {
        if (status != ErrorCode.OK) {
            answer(request, status, component);
        } else if (request.epoch < epochSeen(component)) {
            answer(request, ErrorCode.EPOCH_FENCED, component);
        } else {
            opening.remove(component);
            answerOpened(request, component);
        }
    }

    private void answerOpened(FrameHeader request, StoreComponent component) {
        answer.copyOf(request).toAnswer(ErrorCode.OK);
        answer.version = component.newestVersion();
        answer.stable = component.stable();
        answer.aux = component.storeId();
        answer.flags = component.isDamaged() ? FrameHeader.FLAG_DAMAGED : 0;
        setup.network().send(answer.targetNode, answer, null, 0);
    }

    private void write(
            FrameHeader header,
            StoreComponent component,
            @Nullable PageBuffer body,
            WriteOp.Content content) {
        WriteSlot slot = freeWrites.isEmpty() ? new WriteSlot(this) : freeWrites.pop();
        slot.request.copyOf(header);
        slot.component = component;
        slot.content = content;
        slot.version = header.version;
        slot.layer = header.layer;
        slot.block = header.block;
        slot.firstPage = header.offsetBytes / Pages.PAGE_BYTES;
        slot.pages = header.lengthBytes / Pages.PAGE_BYTES;
        slot.buffer = body;
        slot.bufferPage = 0;
        slot.mayUseReserve =
                (header.flags & (FrameHeader.FLAG_COPY | FrameHeader.FLAG_RESERVE)) != 0;
        setup.store().write(slot);
        if (setup.bugs().has(Bug.ACK_UNSYNCED)) {
            answer(header, ErrorCode.OK, component);
        }
    }

    void onWritten(WriteSlot slot, ErrorCode status) {
        FrameHeader request = slot.request;
        StoreComponent component = Check.present(slot.component, "a write has a component");
        slot.buffer = null;
        slot.component = null;
        if (!setup.bugs().has(Bug.ACK_UNSYNCED)) {
            answer(request, status, component);
        }
        freeWrites.push(slot);
    }

    private void read(FrameHeader header, StoreComponent component) {
        ReadSlot slot = freeReads.isEmpty() ? new ReadSlot(this) : freeReads.pop();
        slot.request.copyOf(header);
        slot.component = component;
        if (!waitingReads.isEmpty() || !startRead(slot)) {
            waitingReads.add(slot);
        }
    }

    private boolean startRead(ReadSlot slot) {
        FrameHeader request = slot.request;
        PageBuffer buffer = setup.pool().take(request.lengthBytes);
        if (buffer == null) {
            return false;
        }
        slot.buffer = buffer;
        slot.bufferPage = 0;
        slot.layer = request.layer;
        slot.block = request.block;
        slot.firstPage = request.offsetBytes / Pages.PAGE_BYTES;
        slot.pages = request.lengthBytes / Pages.PAGE_BYTES;
        setup.store().read(slot);
        return true;
    }

    /**
     * The epoch is checked again: what was read may be answered only if nobody has opened since.
     */
    void onRead(ReadSlot slot, ErrorCode status) {
        PageBuffer buffer = Check.present(slot.buffer, "a read has a buffer");
        StoreComponent component = Check.present(slot.component, "a read has a component");
        slot.buffer = null;
        slot.component = null;
        ErrorCode outcome = status;
        if (slot.request.epoch < epochSeen(component)) {
            outcome = ErrorCode.EPOCH_FENCED;
        }
        if (outcome == ErrorCode.OK) {
            answer.copyOf(slot.request).toAnswer(ErrorCode.OK);
            answer.epoch = epochSeen(component);
            answer.version = slot.newestVersion;
            setup.network().send(answer.targetNode, answer, buffer, 0);
        } else {
            slot.request.version = slot.newestVersion;
            answer(slot.request, outcome, component);
        }
        buffer.release();
        freeReads.push(slot);
    }

    private void extents(FrameHeader header) {
        FrameHeader request = new FrameHeader().copyOf(header);
        if (extents.component == null && waitingExtents.isEmpty()) {
            startExtents(request);
        } else {
            waitingExtents.add(request);
        }
    }

    private void startExtents(FrameHeader request) {
        StoreComponent component = setup.store().component(request.volume, request.generation);
        if (component == null) {
            answer(request, ErrorCode.IDENTITY_MISMATCH, null);
            return;
        }
        extentsRequest = request;
        extents.component = component;
        extents.since = request.aux;
        extents.fromBlock = request.block;
        setup.store().extents(extents);
    }

    private void onExtents(StoreOp op, ErrorCode status) {
        FrameHeader request = Check.present(extentsRequest, "a listing was asked for");
        StoreComponent component = Check.present(op.component, "a listing has a component");
        extentsRequest = null;
        extents.component = null;
        PageBuffer body = status == ErrorCode.OK ? setup.pool().take(64 << 10) : null;
        if (body == null) {
            answer(request, status == ErrorCode.OK ? ErrorCode.NOMEM : status, component);
            return;
        }
        for (int i = 0; i < extents.count(); i++) {
            ExtentListLayout.put(
                    body.bytes(),
                    i,
                    extents.block(i),
                    extents.version(i),
                    ExtentListLayout.range(extents.firstPage(i), extents.pages(i)),
                    extents.content(i).ordinal());
        }
        answer.copyOf(request).toAnswer(ErrorCode.OK);
        answer.aux = extents.nextBlock;
        answer.bodyBytes = extents.count() * ExtentListLayout.ENTRY_BYTES;
        setup.network().send(answer.targetNode, answer, body, 0);
        body.release();
    }

    private void answer(FrameHeader request, ErrorCode status, @Nullable StoreComponent component) {
        answer.copyOf(request).toAnswer(status);
        answer.flags = 0;
        if (component != null) {
            answer.epoch = epochSeen(component);
            answer.stable = component.stable();
        }
        setup.network().send(answer.targetNode, answer, null, 0);
    }

    /** What is held here, for status displays. */
    public List<ShardStatus.Component> status() {
        List<ShardStatus.Component> all = new ArrayList<>();
        for (StoreComponent component : setup.store().components()) {
            long volume = component.descriptor().volume();
            long generation = component.descriptor().generation();
            all.add(
                    new ShardStatus.Component(
                            volume,
                            generation,
                            component.storeId(),
                            component.epoch(),
                            component.stable(),
                            component.mappedBytes(),
                            component.isDamaged(),
                            orphanOf(component)));
        }
        return all;
    }

    /** Of whom it was, if it is an orphan. */
    private Optional<String> orphanOf(StoreComponent component) {
        if (!catalog.isOrphan(component)) {
            return Optional.empty();
        }
        ByteBuffer record = component.descriptor().volumeRecord().duplicate();
        byte[] bytes = new byte[record.remaining()];
        record.get(bytes);
        return Optional.of(
                RecordCodec.decodeVolume(bytes) instanceof Decoded.Ok<VolumeRecord>(var volume)
                        ? volume.name()
                        : "");
    }

    /** As {@link ComponentCatalog#dropOrphan}. */
    public void dropOrphan(long volume, long generation, Consumer<ErrorCode> done) {
        catalog.dropOrphan(volume, generation, done);
    }
}
