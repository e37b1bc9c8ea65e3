package io.xsan.server.agent;

import io.xsan.base.ErrorCode;
import io.xsan.base.Refusal;
import io.xsan.base.VolumeId;
import io.xsan.base.log.Log;
import io.xsan.protocol.client.ApiException;
import io.xsan.protocol.v1.AttachDeviceRequest;
import io.xsan.protocol.v1.DetachDeviceRequest;
import io.xsan.protocol.v1.Device;
import io.xsan.protocol.v1.ServeRequest;
import io.xsan.protocol.v1.ServedDeviceInfo;
import io.xsan.protocol.v1.WorkerInfo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** The attached volumes of a host: makes, adopts, resizes and ends their devices. Any thread. */
final class HeldVolumes {
    private static final int SERVE_MILLIS = 30_000;
    private static final int DETACH_MILLIS = 30_000;

    private final Path directory;
    private final List<AttachMode> offered;
    private final Supplier<WorkerProcess> worker;
    private final Log log;
    private final Map<VolumeId, HeldVolume> volumes = new ConcurrentSkipListMap<>();

    /** Keeps its files in {@code directory}; {@code worker} is the one that serves now. */
    HeldVolumes(Path directory, List<AttachMode> offered, Supplier<WorkerProcess> worker, Log log) {
        this.directory = directory;
        this.offered = offered;
        this.worker = worker;
        this.log = log;
    }

    boolean isEmpty() {
        return volumes.isEmpty();
    }

    /** As AttachDevice of agent.proto says. */
    Device attach(AttachDeviceRequest request) throws IOException {
        VolumeId id = volumeId(request.getVolumeId());
        HeldVolume known = volumes.get(id);
        if (known == null) {
            AttachMode mode = AttachModes.choose(offered, request.getMode());
            HeldVolume fresh =
                    new HeldVolume(
                            HeldVolume.Identity.of(request, mode.name()),
                            directory.resolve(id.toString()));
            HeldVolume other = volumes.putIfAbsent(id, fresh);
            known = other == null ? fresh : other;
        }
        known.lock.lock();
        try {
            if (volumes.get(id) != known) {
                throw new Refusal(ErrorCode.BUSY, "volume " + id + " is being detached; try again");
            }
            check(known, request);
            if (!known.broken.isEmpty()) {
                clear(known);
            }
            if (known.device == null) {
                make(known);
            }
            return current(known);
        } finally {
            if (known.device == null && known.broken.isEmpty()) {
                volumes.remove(id, known);
            }
            known.lock.unlock();
        }
    }

    private static VolumeId volumeId(String text) {
        try {
            return VolumeId.parse(text);
        } catch (IllegalArgumentException e) {
            throw new Refusal(ErrorCode.INVALID_PARAM, "volume_id: " + e.getMessage());
        }
    }

    private static void check(HeldVolume known, AttachDeviceRequest request) {
        boolean isSame = known.identity.attachmentId() == request.getAttachmentId();
        if (!isSame && known.device != null) {
            throw new Refusal(
                    ErrorCode.CONFLICT,
                    "volume %s is attached at %s by attachment %s; detach that first"
                            .formatted(
                                    known.identity.volume(),
                                    known.block,
                                    Long.toUnsignedString(known.identity.attachmentId())));
        }
        String mode = request.getMode();
        if (!mode.isEmpty() && !mode.equals(known.identity.mode())) {
            throw new Refusal(
                    ErrorCode.CONFLICT,
                    "volume %s is attached in mode %s, asked for is %s; detach it first"
                            .formatted(known.identity.volume(), known.identity.mode(), mode));
        }
    }

    private void make(HeldVolume volume) throws IOException {
        AttachMode mode = AttachModes.named(volume.identity.mode());
        Files.createDirectories(volume.order.directory());
        volume.block = "";
        volume.save();
        mode.clear(volume.order, "");
        HeldDevice device = mode.prepare(volume.order);
        boolean isMade = false;
        try {
            Device served = worker.get().serve(order(volume, device, false, SERVE_MILLIS));
            volume.shape =
                    new DeviceShape(
                            served.getSizeBytes(), served.getSectorBytes(), served.getReadOnly());
            volume.block = device.open(volume.shape);
            volume.save();
            volume.device = device;
            isMade = true;
            log.info("attached", "volume", volume.identity.volume(), "device", volume.block);
        } finally {
            if (!isMade) {
                unmake(volume, device);
            }
        }
    }

    private void unmake(HeldVolume volume, HeldDevice device) throws IOException {
        log.warn("not-attached", "volume", volume.identity.volume());
        drop(volume);
        device.abort();
        device.close(HostCommand.TIMEOUT_MILLIS);
        volume.delete();
    }

    private ServeRequest order(
            HeldVolume volume, HeldDevice device, boolean isResumed, int waitMillis) {
        return ServeRequest.newBuilder()
                .setVolumeId(volume.identity.volume().toString())
                .setAttachmentId(volume.identity.attachmentId())
                .setMode(volume.identity.mode())
                .setHolderPid(ProcessHandle.current().pid())
                .setFd(device.descriptor())
                .setResumed(isResumed)
                .setWaitMs(waitMillis)
                .build();
    }

    private void drop(HeldVolume volume) {
        try {
            worker.get().drop(volume.identity.volume().toString());
        } catch (ApiException e) {
            // A worker that is gone serves nothing.
            log.debug("not-dropped", "volume", volume.identity.volume(), "reason", e);
        }
    }

    /** Takes away what is left of a device that cannot be used any more. */
    private void clear(HeldVolume volume) throws IOException {
        try {
            drop(volume);
            HeldDevice device = volume.device;
            volume.device = null;
            if (device != null) {
                device.close(0);
            }
            AttachModes.named(volume.identity.mode()).clear(volume.order, volume.block);
            volume.broken = "";
            volume.block = "";
        } catch (IOException e) {
            throw new Refusal(
                    ErrorCode.BUSY,
                    "volume %s: its device is broken (%s) and cannot be made again: %s"
                            .formatted(volume.identity.volume(), volume.broken, e.getMessage()));
        }
    }

    /**
     * As DetachDevice of agent.proto says: the attachment id of the device, 0 if there was none.
     */
    long detach(DetachDeviceRequest request) throws IOException {
        VolumeId id = volumeId(request.getVolumeId());
        HeldVolume known = volumes.get(id);
        if (known == null) {
            return 0;
        }
        if (request.getForce()) {
            abort(known);
        }
        known.lock.lock();
        try {
            end(known, request);
            volumes.remove(id, known);
            return known.identity.attachmentId();
        } finally {
            known.lock.unlock();
        }
    }

    /** Without the lock: whoever has it may be waiting for the device. */
    private static void abort(HeldVolume known) throws IOException {
        HeldDevice device = known.device;
        if (device != null) {
            device.abort();
        }
    }

    private void end(HeldVolume known, DetachDeviceRequest request) throws IOException {
        HeldDevice device = known.device;
        if (device != null) {
            if (!request.getForce() && device.isBusy()) {
                throw new Refusal(
                        ErrorCode.BUSY,
                        known.block + " is mounted, or used by another device; unmount it first");
            }
            device.close(request.getTimeoutMs() == 0 ? DETACH_MILLIS : request.getTimeoutMs());
            known.device = null;
            drop(known);
        } else if (!known.broken.isEmpty()) {
            clear(known);
        }
        known.delete();
        log.info("detached", "volume", known.identity.volume(), "device", known.block);
    }

    /** All devices, as they are now. */
    List<Device> list() {
        List<Device> all = new ArrayList<>();
        Map<String, Device> served = served().orElse(Map.of());
        volumes.values().forEach(volume -> all.add(shown(volume, served)));
        return all;
    }

    private Device current(HeldVolume volume) {
        return shown(volume, served().orElse(Map.of()));
    }

    private static Device shown(HeldVolume volume, Map<String, Device> served) {
        Device.Builder shown = volume.toDevice();
        Device now = served.get(volume.identity.volume().toString());
        if (now != null) {
            shown.setState(now.getState())
                    .setReason(now.getReason())
                    .setRequestsInFlight(now.getRequestsInFlight())
                    .setRequestsResent(now.getRequestsResent());
        } else if (volume.broken.isEmpty()) {
            shown.setState("HOLDING").setReason("the worker is being replaced");
        }
        return shown.build();
    }

    /** Empty while no worker answers. */
    private Optional<Map<String, Device>> served() {
        Map<String, Device> served = new ConcurrentSkipListMap<>();
        try {
            for (ServedDeviceInfo each : worker.get().info().getDevicesList()) {
                served.put(each.getDevice().getVolumeId(), each.getDevice());
            }
            return Optional.of(served);
        } catch (ApiException e) {
            log.debug("worker-does-not-answer", "reason", e);
            return Optional.empty();
        }
    }

    /** Compares what the worker serves with what the kernel knows: sizes, and ends. */
    void follow() {
        Optional<Map<String, Device>> served = served();
        if (served.isEmpty()) {
            return;
        }
        for (HeldVolume volume : volumes.values()) {
            if (volume.lock.tryLock()) {
                try {
                    Device now = served.get().get(volume.identity.volume().toString());
                    if (now == null) {
                        serveAgain(volume, true);
                    } else {
                        follow(volume, now);
                    }
                } catch (IOException | ApiException e) {
                    log.warn("not-followed", "volume", volume.identity.volume(), "reason", e);
                } finally {
                    volume.lock.unlock();
                }
            }
        }
    }

    private void follow(HeldVolume volume, Device now) throws IOException {
        HeldDevice device = volume.device;
        if (device == null) {
            return;
        }
        if (now.getState().equals("ENDED") && volume.broken.isEmpty()) {
            volume.broken = now.getReason();
            log.warn("device-ended", "volume", volume.identity.volume(), "why", volume.broken);
        } else if (now.getState().equals("SERVING")
                && now.getSizeBytes() > volume.shape.sizeBytes()) {
            device.resize(now.getSizeBytes());
            volume.shape =
                    new DeviceShape(
                            now.getSizeBytes(),
                            volume.shape.sectorBytes(),
                            volume.shape.readOnly());
            volume.save();
            log.info("resized", "volume", volume.identity.volume(), "bytes", now.getSizeBytes());
        }
    }

    /** Lets the present worker serve everything, after another one has ended. */
    void resume(boolean isCrash) {
        for (HeldVolume volume : volumes.values()) {
            Thread.ofPlatform().name("xsan-resume").daemon().start(() -> resume(volume, isCrash));
        }
    }

    private void resume(HeldVolume volume, boolean isCrash) {
        volume.lock.lock();
        try {
            serveAgain(volume, isCrash);
        } catch (IOException | ApiException e) {
            // The next look at the worker tries again.
            log.warn("not-resumed", "volume", volume.identity.volume(), "reason", e);
        } finally {
            volume.lock.unlock();
        }
    }

    private void serveAgain(HeldVolume volume, boolean isCrash) throws IOException {
        HeldDevice device = volume.device;
        if (device != null && volume.broken.isEmpty()) {
            device.renew(isCrash);
            var _ = worker.get().serve(order(volume, device, true, 0));
        }
    }

    /** Takes over what an earlier holder left, from the worker that serves it, if there is one. */
    void adopt(Optional<WorkerInfo> found) throws IOException {
        if (!Files.exists(directory)) {
            return;
        }
        List<Path> directories;
        try (Stream<Path> entries = Files.list(directory)) {
            directories = entries.sorted().toList();
        }
        for (Path each : directories) {
            Optional<HeldVolume> volume = HeldVolume.load(each);
            if (volume.isPresent()) {
                adopt(volume.get(), found);
            }
        }
    }

    private void adopt(HeldVolume volume, Optional<WorkerInfo> found) throws IOException {
        String id = volume.identity.volume().toString();
        Optional<ServedDeviceInfo> served =
                found.flatMap(worker ->
                        worker.getDevicesList().stream()
                                .filter(d -> d.getDevice().getVolumeId().equals(id))
                                .findFirst());
        AttachMode mode = AttachModes.named(volume.identity.mode());
        try {
            if (served.isPresent() && !volume.block.isEmpty()) {
                int fd = Posix.takeDescriptor(found.get().getPid(), served.get().getFd());
                volume.device = mode.adopt(volume.order, fd, volume.block);
                volumes.put(volume.identity.volume(), volume);
                log.info("adopted", "volume", id, "device", volume.block);
                return;
            }
            mode.clear(volume.order, volume.block);
            volume.delete();
            log.warn("not-adopted", "volume", id, "why", "nobody serves it any more");
        } catch (IOException e) {
            volume.broken = "left by an earlier agent: " + e.getMessage();
            volumes.put(volume.identity.volume(), volume);
            log.warn("not-adopted", "volume", id, "reason", e);
        }
    }
}
