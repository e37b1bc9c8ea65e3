package io.xsan.server.shard;

import io.xsan.base.ErrorCode;
import io.xsan.base.Refusal;
import io.xsan.server.disk.LocalDisk;
import io.xsan.store.DeviceOutcome;
import io.xsan.store.DeviceStores;
import io.xsan.store.LogStore;
import io.xsan.store.StoreConfig;
import io.xsan.store.StoreStatus;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The devices of a node, each with its store. Opened and used on the loop.
 *
 * <pre>
 *   nothing on it, new to the node          formatted
 *   nothing on it, or not there, and the    left alone while another device works;
 *     node has had a store on it              if none does, the node comes back empty: formatted
 *   cannot be read                          left alone while another device works
 *   belongs to others                       the node does not start
 * </pre>
 */
final class NodeDevices {
    /** A device with what became of it; a store only where it works. */
    private static final class Slot {
        final ShardRuntime.Device device;
        Optional<LocalDisk> disk = Optional.empty();
        Optional<LogStore> store = Optional.empty();
        DeviceStatus.State state = DeviceStatus.State.GOOD;
        String reason = "";

        Slot(ShardRuntime.Device device) {
            this.device = device;
        }

        void isOut(DeviceStatus.State found, String why) {
            state = found;
            reason = why;
        }
    }

    private final ShardRuntime.Setup setup;
    private final StoreList list;
    private final List<Slot> slots = new ArrayList<>();
    private final List<LocalDisk> disks = new ArrayList<>();
    private final DeviceStores stores;

    private NodeDevices(ShardRuntime.Setup setup) throws IOException {
        this.setup = setup;
        list = StoreList.read(setup.dataDir());
        setup.devices().forEach(device -> slots.add(new Slot(device)));
        for (Slot slot : slots) {
            openKnownOrNew(slot);
        }
        if (slots.stream().allMatch(slot -> slot.store.isEmpty())) {
            comeBackEmpty();
        }
        List<LogStore> opened = slots.stream().flatMap(slot -> slot.store.stream()).toList();
        List<Long> ids = opened.stream().map(LogStore::storeId).toList();
        stores = new DeviceStores(opened, list.hasOthersThan(ids));
    }

    /**
     * Opens the devices, formatting new ones.
     *
     * @throws IOException if a device that is new, or the last, cannot be opened
     * @throws Refusal if one belongs to others, or none can be used
     */
    static NodeDevices open(ShardRuntime.Setup setup) throws IOException {
        return new NodeDevices(setup);
    }

    private void openKnownOrNew(Slot slot) throws IOException {
        boolean isKnown = list.storeOn(slot.device.path()).isPresent();
        if (isKnown && LocalDisk.isUnused(slot.device.path())) {
            out(slot, DeviceStatus.State.MISSING, "it is not there, or nothing is on it");
            return;
        }
        try {
            openDisk(slot);
            DeviceOutcome found = open(slot);
            if (found instanceof DeviceOutcome.Blank && isKnown) {
                close(slot);
                out(slot, DeviceStatus.State.MISSING, "nothing is on it");
                return;
            }
            take(slot, found instanceof DeviceOutcome.Blank ? format(slot) : found);
        } catch (IOException e) {
            close(slot);
            mayFail(slot, isKnown, e);
        }
    }

    /** A device that the node has had, and that cannot be used, is left out. */
    private void mayFail(Slot slot, boolean isKnown, IOException e) throws IOException {
        if (!isKnown || slots.size() == 1) {
            throw e;
        }
        out(slot, DeviceStatus.State.FAILED, String.valueOf(e.getMessage()));
    }

    private void out(Slot slot, DeviceStatus.State state, String reason) {
        slot.isOut(state, reason);
        setup.log().error("device-not-used", "path", slot.device.path(), "reason", slot.reason);
    }

    /** Nothing is left of this node; the cluster lets it in again when it was replaced. */
    private void comeBackEmpty() throws IOException {
        for (Slot slot : slots) {
            if (slot.state == DeviceStatus.State.FAILED) {
                throw new Refusal(
                        ErrorCode.DEVICE_FAILED,
                        "no device can be used; device " + slot.device.path() + ": " + slot.reason);
            }
        }
        for (Slot slot : slots) {
            openDisk(slot);
            take(slot, format(slot));
            slot.isOut(DeviceStatus.State.GOOD, "");
        }
    }

    private void openDisk(Slot slot) throws IOException {
        LocalDisk disk = LocalDisk.open(slot.device.path(), slot.device.bytes(), setup.log());
        slot.disk = Optional.of(disk);
        disks.add(disk);
    }

    private void close(Slot slot) throws IOException {
        if (slot.disk.isPresent()) {
            disks.remove(slot.disk.get());
            slot.disk.get().close();
            slot.disk = Optional.empty();
        }
    }

    private void take(Slot slot, DeviceOutcome found) throws IOException {
        switch (found) {
            case DeviceOutcome.Opened(LogStore store) -> {
                slot.store = Optional.of(store);
                list.put(store.storeId(), slot.device.path());
            }
            case DeviceOutcome.Refused(ErrorCode code, String reason) -> {
                boolean isKnown = list.storeOn(slot.device.path()).isPresent();
                close(slot);
                if (code != ErrorCode.DEVICE_FAILED || !isKnown || slots.size() == 1) {
                    throw new Refusal(code, "device " + slot.device.path() + ": " + reason);
                }
                out(slot, DeviceStatus.State.FAILED, reason);
            }
            case DeviceOutcome.Blank _, DeviceOutcome.Formatted _ ->
                    throw new Refusal(
                            ErrorCode.DEVICE_FAILED,
                            "device " + slot.device.path() + " could not be formatted");
        }
    }

    private StoreConfig config(Slot slot) {
        return new StoreConfig(
                setup.cluster(),
                setup.node(),
                slot.device.role(),
                StoreConfig.SEGMENT_BYTES_DEFAULT,
                io.xsan.store.Limits.DEFAULT);
    }

    private DeviceOutcome open(Slot slot) {
        DeviceOutcome[] outcome = new DeviceOutcome[1];
        LogStore.open(
                config(slot),
                slot.disk.orElseThrow(),
                setup.clock(),
                setup.log(),
                found -> outcome[0] = found);
        return present(outcome[0]);
    }

    private DeviceOutcome format(Slot slot) {
        DeviceOutcome[] outcome = new DeviceOutcome[1];
        LogStore.format(
                config(slot),
                slot.disk.orElseThrow(),
                setup.entropy(),
                false,
                found -> outcome[0] = found);
        DeviceOutcome found = present(outcome[0]);
        if (!(found instanceof DeviceOutcome.Formatted(long storeId))) {
            return found;
        }
        setup.log().info("device-formatted", "storeId", storeId, "path", slot.device.path());
        return open(slot);
    }

    private static DeviceOutcome present(@org.jspecify.annotations.Nullable DeviceOutcome outcome) {
        if (outcome == null) {
            throw new IllegalStateException("a device that has not started answers at once");
        }
        return outcome;
    }

    /** The stores of the devices that work. */
    DeviceStores stores() {
        return stores;
    }

    /**
     * The store by which the cluster is to know this node, which it knows by {@code known} now (0:
     * not at all): the same, as long as it is one of this node's, else the first.
     */
    long identity(long known) {
        return list.has(known) ? known : stores.devices().getFirst().storeId();
    }

    /** Begins the work of the devices for a shard; see {@link LocalDisk#start}. */
    void start(Runnable wake) {
        for (Slot slot : slots) {
            ShardRuntime.Device device = slot.device;
            slot.disk.ifPresent(disk ->
                    disk.start(device.placement(), device.mayUseRing(), setup.clock(), wake));
        }
    }

    /** As {@link LocalDisk#runReads} of each device. */
    void runReads() {
        for (int i = 0; i < disks.size(); i++) {
            disks.get(i).runReads();
        }
    }

    /** True if reads wait for {@link #runReads}, and nothing else will call it. */
    boolean hasReads() {
        for (int i = 0; i < disks.size(); i++) {
            if (disks.get(i).hasReads()) {
                return true;
            }
        }
        return false;
    }

    /** How each device is, in the order of the configuration. */
    List<DeviceStatus> status() {
        return slots.stream().map(this::status).toList();
    }

    private DeviceStatus status(Slot slot) {
        Optional<StoreStatus> store = slot.store.map(LogStore::status);
        boolean isFailed = store.map(StoreStatus::isFailed).orElse(false);
        return new DeviceStatus(
                slot.device.path(),
                slot.device.type(),
                slot.device.role().name().toLowerCase(java.util.Locale.ROOT),
                isFailed ? DeviceStatus.State.FAILED : slot.state,
                isFailed ? "it failed a write, until the node starts again" : slot.reason,
                store.map(StoreStatus::storeId)
                        .or(() -> list.storeOn(slot.device.path()))
                        .orElse(0L),
                store);
    }

    /** Closes the files; the shard has ended. */
    void close() throws IOException {
        for (LocalDisk disk : disks) {
            disk.close();
        }
    }
}
