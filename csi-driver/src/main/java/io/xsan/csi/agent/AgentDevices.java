package io.xsan.csi.agent;

import io.xsan.base.ErrorCode;
import io.xsan.csi.node.Devices;
import io.xsan.protocol.client.AgentClient;
import io.xsan.protocol.client.ApiException;
import io.xsan.protocol.v1.AgentInfo;
import io.xsan.protocol.v1.AttachDeviceRequest;
import io.xsan.protocol.v1.DetachDeviceRequest;
import io.xsan.protocol.v1.GetAgentRequest;
import io.xsan.protocol.v1.ListDevicesRequest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Devices made by this host's agent, whose processes serve their I/O: nothing of a device lives in
 * this process. Errors of the agent are {@link ApiException}s.
 */
public final class AgentDevices implements Devices {
    private static final int FORCED_MILLIS = 1_000;
    private static final long RESIZE_NANOS = TimeUnit.SECONDS.toNanos(20);
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final AgentClient agent;
    private final int most;

    /** The devices of an agent; {@code most} limits them, 0: by the attach mode. */
    public AgentDevices(AgentClient agent, int most) {
        this.agent = agent;
        this.most = most;
    }

    @Override
    public Device attach(String volumeId, long attachment, boolean isReadOnly) throws IOException {
        try {
            return make(volumeId, attachment);
        } catch (ApiException e) {
            if (!isLeftOver(e, volumeId, attachment)) {
                throw e;
            }
            // Its I/O fails already; it may still be mounted, which the caller repairs.
            detach(volumeId, true);
            return make(volumeId, attachment);
        }
    }

    private Device make(String volumeId, long attachment) {
        AttachDeviceRequest request =
                AttachDeviceRequest.newBuilder()
                        .setVolumeId(volumeId)
                        .setAttachmentId(attachment)
                        .build();
        return device(agent.call(stub -> stub.attachDevice(request)));
    }

    /**
     * Whether what is in the way is a device that can never serve again: one of an earlier
     * attachment, which the controller has ended before it gave a new one, or one that is broken.
     */
    private boolean isLeftOver(ApiException failure, String volumeId, long attachment) {
        if (failure.code() != ErrorCode.CONFLICT && failure.code() != ErrorCode.BUSY) {
            return false;
        }
        return raw(volumeId)
                .filter(device ->
                        device.getAttachmentId() != attachment || !device.getBroken().isEmpty())
                .isPresent();
    }

    private Optional<io.xsan.protocol.v1.Device> raw(String volumeId) {
        return agent
                .call(stub -> stub.listDevices(ListDevicesRequest.getDefaultInstance()))
                .getDevicesList()
                .stream()
                .filter(device -> device.getVolumeId().equals(volumeId))
                .findFirst();
    }

    @Override
    public Optional<Device> find(String volumeId) {
        return raw(volumeId)
                .filter(device -> !device.getPath().isEmpty())
                .map(AgentDevices::device);
    }

    private static Device device(io.xsan.protocol.v1.Device device) {
        return new Device(Path.of(device.getPath()), device.getSizeBytes());
    }

    @Override
    public Device refresh(String volumeId, long leastBytes) throws IOException {
        long start = System.nanoTime();
        while (true) {
            Device device =
                    find(volumeId)
                            .orElseThrow(
                                    () -> new IOException("volume " + volumeId + " has no device"));
            // The agent hears of a new size from the volume's owner, and grows the device itself.
            if (device.sizeBytes() >= leastBytes || System.nanoTime() - start > RESIZE_NANOS) {
                return device;
            }
            LockSupport.parkNanos(LOOK_NANOS);
        }
    }

    @Override
    public void abort(String volumeId) {
        detach(volumeId, true);
    }

    @Override
    public void detach(String volumeId) {
        detach(volumeId, false);
    }

    private void detach(String volumeId, boolean isForced) {
        DetachDeviceRequest.Builder request =
                DetachDeviceRequest.newBuilder().setVolumeId(volumeId).setForce(isForced);
        if (isForced) {
            request.setTimeoutMs(FORCED_MILLIS);
        }
        agent.call(stub -> stub.detachDevice(request.build()));
    }

    @Override
    public int most() {
        return most > 0 ? most : AttachLimits.of(info());
    }

    /** Whether the agent answers. */
    public boolean isReached() {
        try {
            info();
            return true;
        } catch (ApiException e) {
            System.err.println("csi-driver: not ready: " + e.getMessage());
            return false;
        }
    }

    private AgentInfo info() {
        return agent.call(stub -> stub.getAgent(GetAgentRequest.getDefaultInstance()));
    }
}
