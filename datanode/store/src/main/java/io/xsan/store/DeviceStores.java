package io.xsan.store;

import io.xsan.base.Check;
import io.xsan.base.ErrorCode;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The stores of a node with several devices as one. A component is whole on one device, for good: a
 * new one goes where, with it, the least is promised for the space that there is. Each device has a
 * log, an index and a cleaner of its own, and fails on its own. One shard only.
 *
 * <pre>
 *   create --> the device with the most room         write, read, ... --> the component's device
 *   flush, tick, close --> every device
 * </pre>
 */
public final class DeviceStores implements BlockStore {
    private final List<LogStore> stores;
    private final boolean isPartial;
    private final Map<ComponentKey, Creation> creating = new LinkedHashMap<>();

    /** A component that is being made, for a volume of that size. */
    private record Creation(LogStore store, long sizeBytes) {}

    /**
     * The open stores of a node, at least one, in an order of which {@link CreateOp#isOnFirst}
     * knows. {@code isPartial}: the node has others, which could not be opened.
     */
    public DeviceStores(List<LogStore> stores, boolean isPartial) {
        Check.that(!stores.isEmpty(), "a node has a device");
        this.stores = List.copyOf(stores);
        this.isPartial = isPartial;
    }

    /**
     * Should a component be there twice, which takes a node that has forgotten its devices, the one
     * that was opened last is meant.
     */
    @Override
    public @Nullable StoreComponent component(long volume, long generation) {
        StoreComponent found = null;
        for (int i = 0; i < stores.size(); i++) {
            StoreComponent here = stores.get(i).component(volume, generation);
            if (found == null || here != null && here.epoch() > found.epoch()) {
                found = here;
            }
        }
        return found;
    }

    @Override
    public Collection<StoreComponent> components() {
        List<StoreComponent> all = new ArrayList<>();
        stores.forEach(store -> all.addAll(store.components()));
        return all;
    }

    @Override
    public void create(CreateOp op) {
        ComponentDescriptor descriptor = Check.present(op.descriptor, "a component has one");
        ComponentKey key = new ComponentKey(descriptor.volume(), descriptor.generation());
        StoreComponent held = component(descriptor.volume(), descriptor.generation());
        Creation begun = creating.get(key);
        LogStore target;
        if (held != null) {
            target = of(held);
        } else {
            target = begun == null ? place(op.isOnFirst, descriptor.sizeBytes()) : begun.store();
        }
        CreateOp inner =
                new CreateOp((ended, status) -> {
                    creating.remove(key);
                    op.component = ended.component;
                    op.listener.onStoreDone(op, status);
                });
        inner.descriptor = descriptor;
        creating.put(key, new Creation(target, descriptor.sizeBytes()));
        target.create(inner);
    }

    private LogStore place(boolean isOnFirst, long sizeBytes) {
        LogStore best = stores.getFirst();
        double least = Double.MAX_VALUE;
        for (LogStore store : stores) {
            StoreStatus status = store.status();
            double used = status.usableBytes() - Math.max(0, status.freeBytes());
            double taken = Math.max(promisedBytes(store), used) + sizeBytes;
            double load = taken / Math.max(1, status.usableBytes());
            if (!isOnFirst && !status.isFailed() && load < least) {
                best = store;
                least = load;
            }
        }
        return best;
    }

    /** Sizes of the volumes that it has components of, or is getting. */
    private double promisedBytes(LogStore store) {
        double promised = 0;
        for (StoreComponent component : store.components()) {
            promised += component.descriptor().sizeBytes();
        }
        for (Creation creation : creating.values()) {
            promised += creation.store() == store ? creation.sizeBytes() : 0;
        }
        return promised;
    }

    private LogStore of(@Nullable StoreComponent component) {
        long storeId = Check.present(component, "an op is on a component").storeId();
        for (int i = 0; i < stores.size(); i++) {
            if (stores.get(i).storeId() == storeId) {
                return stores.get(i);
            }
        }
        throw Check.unreachable("a component is of a store of this node");
    }

    @Override
    public void drop(StoreOp op) {
        of(op.component).drop(op);
    }

    @Override
    public void persistEpoch(StoreOp op) {
        of(op.component).persistEpoch(op);
    }

    @Override
    public void persistRepaired(StoreOp op) {
        of(op.component).persistRepaired(op);
    }

    @Override
    public void write(WriteOp op) {
        of(op.component).write(op);
    }

    @Override
    public void read(ReadOp op) {
        of(op.component).read(op);
    }

    @Override
    public void extents(ExtentsOp op) {
        of(op.component).extents(op);
    }

    @Override
    public void noteStable(StoreComponent component, long stable) {
        of(component).noteStable(component, stable);
    }

    @Override
    public void flush() {
        for (int i = 0; i < stores.size(); i++) {
            stores.get(i).flush();
        }
    }

    @Override
    public void tick(long nowNanos) {
        for (int i = 0; i < stores.size(); i++) {
            stores.get(i).tick(nowNanos);
        }
    }

    @Override
    public StoreStatus status() {
        return StoreStatus.sum(devices());
    }

    @Override
    public List<StoreStatus> devices() {
        return stores.stream().map(LogStore::status).toList();
    }

    @Override
    public boolean isPartial() {
        return isPartial;
    }

    /** As of every store; the first failure, if any, is the answer. */
    @Override
    public void close(StoreOp op) {
        int[] left = {stores.size()};
        ErrorCode[] worst = {ErrorCode.OK};
        for (LogStore store : stores) {
            store.close(
                    new StoreOp((ended, status) -> {
                        worst[0] = worst[0] == ErrorCode.OK ? status : worst[0];
                        if (--left[0] == 0) {
                            op.listener.onStoreDone(op, worst[0]);
                        }
                    }));
        }
    }

    /** As {@link LogStore#release} of every store. */
    public void release() {
        stores.forEach(LogStore::release);
    }
}
