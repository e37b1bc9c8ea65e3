package io.xsan.engine;

import io.xsan.base.ErrorCode;
import io.xsan.base.VolumeId;
import io.xsan.base.memory.PageBuffer;
import io.xsan.engine.component.ComponentHost;
import io.xsan.engine.volume.VolumeEngine;
import io.xsan.meta.image.ClusterImage;
import io.xsan.meta.image.VolumeRecord;
import io.xsan.protocol.FrameHeader;
import io.xsan.store.StoreOp;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The shard: routes frames, images and time to the components and engines of one event loop. */
public final class ShardCore implements Shard {
    private final ShardSetup setup;
    private final StaleRecords stale;
    private final ComponentHost components;
    private final Map<Long, VolumeEngine> engines = new TreeMap<>();
    private final Map<Integer, Long> incarnations = new TreeMap<>();
    private final LinkHistory links;
    private @Nullable ClusterImage image;
    private long leaseUntilNanos;
    private boolean hasLease;
    private @Nullable Runnable closing;
    private long closeByNanos;
    private boolean isStoreClosing;
    private long settledIndex;
    private long letGoIndex;
    private boolean hasLetGo;

    /** A shard over {@code seams}. */
    public ShardCore(ShardSetup seams) {
        this.stale = new StaleRecords(seams.meta());
        this.setup = seams.over(stale);
        this.components = new ComponentHost(setup);
        this.links = new LinkHistory(setup.clock().nanoTime(), setup.limits().startWaitNanos());
    }

    @Override
    public void onFrame(int fromNode, FrameHeader header, @Nullable PageBuffer body) {
        if (header.kind.isRequest()) {
            // Owners elsewhere go on while this node stops: they get no answer, then no link.
            if (!isStoreClosing) {
                components.onRequest(header, body);
            }
            return;
        }
        VolumeEngine engine = engines.get(header.volume);
        if (engine != null) {
            engine.onAnswer(fromNode, header, body);
        }
    }

    @Override
    public void onLinkUp(int node, long incarnation) {
        engines.values().forEach(engine -> engine.onLinkUp(node, incarnation));
        incarnations.put(node, incarnation);
    }

    @Override
    public void onLinkDown(int node) {
        incarnations.remove(node);
        links.onLinkDown(node, setup.clock().nanoTime());
        engines.values().forEach(engine -> engine.onLinkDown(node));
    }

    @Override
    public void onImage(ClusterImage newer) {
        if (image != null && newer.index() <= image.index()) {
            return;
        }
        image = newer;
        components.onImage(newer);
        for (VolumeEngine engine : List.copyOf(engines.values())) {
            VolumeRecord volume =
                    newer.volume(engine.record().id()).filter(v -> !v.deleting()).orElse(null);
            if (volume == null) {
                engine.end(ErrorCode.VOLUME_NOT_FOUND);
            } else if (isOurs(volume)) {
                engine.onImage(volume, newer.index());
            } else if (engine.epoch() != 0 && volume.epoch() > engine.epoch()) {
                // Its successor runs: what it holds can never be acknowledged here any more.
                engine.end(ErrorCode.EPOCH_FENCED);
            }
        }
        follow(newer);
    }

    private boolean isOurs(VolumeRecord volume) {
        return volume.owner().value() == setup.node();
    }

    /** Starts engines for what this node owns, hands over what it does not own any more. */
    private void follow(ClusterImage current) {
        engines.values().removeIf(VolumeEngine::isEnded);
        if (closing != null) {
            return;
        }
        for (VolumeRecord volume : current.volumes().values()) {
            VolumeEngine engine = engines.get(volume.id().value());
            if (engine != null && (!isOurs(volume) || engine.host().isHandingOver())) {
                if (engine.host().handOver()) {
                    engine.end(ErrorCode.NOT_OWNER);
                    hasLetGo |= !isOurs(volume);
                }
            } else if (engine == null && isOurs(volume) && !volume.deleting()) {
                startEngine(volume);
            }
        }
        engines.values().removeIf(VolumeEngine::isEnded);
    }

    private void startEngine(VolumeRecord volume) {
        VolumeEngine engine = new VolumeEngine(setup, volume, links);
        engines.put(volume.id().value(), engine);
        if (hasLease) {
            engine.onLease(leaseUntilNanos);
        }
        incarnations.forEach(engine::onLinkUp);
        engine.start();
    }

    /**
     * Index of the newest image after which no engine runs here for a volume that it gives to
     * another owner, not even to end what it had begun. For the renewal of the lease.
     */
    public long settledIndex() {
        if (image == null) {
            return 0;
        }
        for (VolumeEngine engine : engines.values()) {
            boolean isLost =
                    image.volume(engine.record().id()).filter(this::isOurs).isEmpty()
                            && !engine.isEnded();
            if (isLost) {
                return settledIndex;
            }
        }
        settledIndex = image.index();
        if (hasLetGo) {
            hasLetGo = false;
            letGoIndex = settledIndex;
        }
        return settledIndex;
    }

    /**
     * The settled index at which the last volume was let go of that others wait for: worth telling
     * the leader at once.
     */
    public long letGoIndex() {
        return letGoIndex;
    }

    @Override
    public void onLease(long untilNanos) {
        if (!hasLease || untilNanos - leaseUntilNanos > 0) {
            hasLease = true;
            leaseUntilNanos = untilNanos;
            engines.values().forEach(engine -> engine.onLease(untilNanos));
        }
    }

    @Override
    public void onTick(long nowNanos) {
        if (!isStoreClosing) {
            components.onTick(nowNanos);
        }
        for (VolumeEngine engine : List.copyOf(engines.values())) {
            engine.onTick(nowNanos);
        }
        if (closing != null) {
            goOnClosing(nowNanos);
        } else if (image != null) {
            follow(image);
        }
        setup.store().tick(nowNanos);
    }

    @Override
    public void endTurn(long nowNanos) {
        if (!isStoreClosing) {
            components.retry();
        }
        stale.flush();
        setup.store().flush();
    }

    @Override
    public void connect(
            long volumeId, long attachmentId, long sessionId, VolumeSession.Listener listener) {
        VolumeEngine engine = engines.get(volumeId);
        if (engine != null && !engine.isEnded()) {
            engine.host().connect(attachmentId, sessionId, listener);
        } else {
            listener.onDropped(whyNoEngine(volumeId));
        }
    }

    private ErrorCode whyNoEngine(long volumeId) {
        if (image == null) {
            return ErrorCode.CLUSTER_NOT_READY;
        }
        boolean isKnown = volumeId > 0 && image.volume(new VolumeId(volumeId)).isPresent();
        return isKnown ? ErrorCode.NOT_OWNER : ErrorCode.VOLUME_NOT_FOUND;
    }

    @Override
    public ErrorCode scrub(long volumeId) {
        VolumeEngine engine = engines.get(volumeId);
        if (engine == null || engine.isEnded()) {
            return whyNoEngine(volumeId);
        }
        engine.scrubber().ask();
        return ErrorCode.OK;
    }

    /**
     * Deletes a component that the metadata does not know. {@code done} runs on the shard: OK when
     * it is gone durably, NOT_FOUND, CONFLICT if it is known, CLUSTER_NOT_READY before the first
     * image.
     */
    public void dropOrphan(long volumeId, long generation, Consumer<ErrorCode> done) {
        components.dropOrphan(volumeId, generation, done);
    }

    @Override
    public ShardStatus status() {
        List<ShardStatus.Engine> states = new ArrayList<>();
        engines.values().forEach(engine -> states.add(engine.status()));
        return new ShardStatus(
                setup.store().status(), setup.store().devices(), states, components.status());
    }

    /** Engines get as long as a component's time-out to finish what hosts have asked. */
    @Override
    public void close(Runnable done) {
        closing = done;
        long now = setup.clock().nanoTime();
        closeByNanos = now + setup.limits().componentTimeoutNanos();
        goOnClosing(now);
    }

    private void goOnClosing(long nowNanos) {
        boolean isQuiet = true;
        for (VolumeEngine engine : List.copyOf(engines.values())) {
            isQuiet &= engine.isEnded() || engine.host().handOver();
        }
        Runnable done = closing;
        if (done == null || !isQuiet && nowNanos - closeByNanos < 0) {
            return;
        }
        engines.values().forEach(engine -> engine.end(ErrorCode.NOT_OWNER));
        engines.clear();
        closing = () -> {};
        closeByNanos = Long.MAX_VALUE;
        if (!isStoreClosing) {
            isStoreClosing = true;
            setup.store().close(new StoreOp((op, status) -> done.run()));
        }
    }
}
