package io.xsan.server.agent;

import io.xsan.base.ErrorCode;
import io.xsan.base.Refusal;
import io.xsan.base.VolumeId;
import io.xsan.engine.VolumeSession;
import io.xsan.frontend.agent.AgentLimits;
import io.xsan.frontend.agent.AgentVolume;
import io.xsan.protocol.v1.Device;
import io.xsan.server.net.OwnerConnection;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** One volume in the worker: the kernel's device, the volume, the connection to its owner. */
final class ServedVolume implements VolumeSession.Listener {
    /** What is served. {@code descriptor} belongs to the worker. */
    record Order(
            VolumeId volume, long attachmentId, AttachMode mode, int descriptor, boolean resumed) {}

    private final Order order;
    private final OwnerConnection connection;
    private final ServedDevice device;
    private final AgentVolume volume;
    private final CompletableFuture<Device> ready = new CompletableFuture<>();
    private @Nullable String ended;
    private boolean isReady;

    /** Looks for the owner at once; the device is served when an owner serves the volume. */
    ServedVolume(
            Order order,
            Workbench bench,
            OwnerConnection connection,
            AgentLimits limits,
            long nowNanos) {
        this.order = order;
        this.connection = connection;
        this.device = order.mode().open(order.descriptor(), bench, this::onGone);
        AgentVolume.Target target =
                new AgentVolume.Target(order.volume().value(), order.attachmentId());
        volume = new AgentVolume(target, connection, limits, this, nowNanos);
        connection.setVolume(volume);
    }

    Order order() {
        return order;
    }

    /** Completed, on the loop, when the device is served, or with a Refusal. */
    CompletableFuture<Device> ready() {
        return ready;
    }

    @Override
    public void onReady(VolumeSession session) {
        isReady = true;
        device.serve(session, order.resumed());
        ready.complete(status());
    }

    @Override
    public void onResized(long sizeBytes) {
        // The holder sees it in the status and tells the kernel, which may take a while.
    }

    @Override
    public void onDropped(ErrorCode reason) {
        ended = "the attachment has ended: " + reason.symbol();
        if (!isReady) {
            ready.completeExceptionally(
                    new Refusal(
                            reason,
                            "volume %s, attachment %s: refused by the owner"
                                    .formatted(
                                            order.volume(),
                                            Long.toUnsignedString(order.attachmentId()))));
        }
    }

    private void onGone() {
        ended = "the kernel has ended the device";
    }

    void onTurnEnd(long nowNanos) {
        connection.onTurnEnd();
        device.onTurnEnd();
        volume.onTurnEnd(nowNanos);
        connection.onTurnEnd();
    }

    void onTick(long nowNanos) {
        connection.onTick(nowNanos);
    }

    void setPaused(boolean paused) {
        device.setPaused(paused);
    }

    int inFlight() {
        return Math.max(device.inFlight(), volume.requestsInFlight());
    }

    Device status() {
        String why = ended;
        return Device.newBuilder()
                .setVolumeId(order.volume().toString())
                .setAttachmentId(order.attachmentId())
                .setMode(order.mode().name())
                .setSizeBytes(volume.sizeBytes())
                .setSectorBytes(volume.sectorBytes())
                .setReadOnly(volume.isReadOnly())
                .setState(why != null ? "ENDED" : volume.isServing() ? "SERVING" : "HOLDING")
                .setReason(why != null ? why : volume.isServing() ? "" : holdingReason())
                .setRequestsInFlight(inFlight())
                .setRequestsResent(volume.resentRequests())
                .build();
    }

    private String holdingReason() {
        ErrorCode reason = volume.reason();
        return reason == ErrorCode.OK ? "looks for the owner" : "no owner: " + reason.symbol();
    }

    /** Ends the session and lets go of the device. */
    void close() {
        device.close();
        volume.close();
    }
}
