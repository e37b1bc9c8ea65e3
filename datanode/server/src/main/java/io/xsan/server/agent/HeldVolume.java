package io.xsan.server.agent;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.xsan.base.VolumeId;
import io.xsan.protocol.v1.AttachDeviceRequest;
import io.xsan.protocol.v1.Device;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * One attached volume in the holder, and its directory, from which the next holder learns of it.
 * Everything but the lock under the lock.
 */
final class HeldVolume {
    private static final String FILE = "device.json";

    /** What a device is of. */
    record Identity(VolumeId volume, long attachmentId, String name, String mode) {
        static Identity of(AttachDeviceRequest request, String mode) {
            return new Identity(
                    VolumeId.parse(request.getVolumeId()),
                    request.getAttachmentId(),
                    request.getName(),
                    mode);
        }
    }

    final ReentrantLock lock = new ReentrantLock();
    final Identity identity;
    final DeviceOrder order;

    /** Null where the device is broken. */
    @Nullable HeldDevice device;

    /** The block device; empty as long as it is being made. */
    String block = "";

    DeviceShape shape = new DeviceShape(0, 0, false);

    /** Why the device cannot be used, or empty. */
    String broken = "";

    HeldVolume(Identity identity, Path directory) {
        this.identity = identity;
        this.order = new DeviceOrder(identity.volume(), directory);
    }

    void save() throws IOException {
        ObjectNode json = StateFiles.object();
        json.put("volume", identity.volume().toString())
                .put("attachment", identity.attachmentId())
                .put("name", identity.name())
                .put("mode", identity.mode())
                .put("block", block)
                .put("size", shape.sizeBytes())
                .put("sector", shape.sectorBytes())
                .put("readOnly", shape.readOnly());
        StateFiles.write(order.directory().resolve(FILE), json);
    }

    /** The volume whose directory that is, without a device; empty if it tells of none. */
    static Optional<HeldVolume> load(Path directory) {
        return StateFiles.read(directory.resolve(FILE)).map(json -> of(json, directory));
    }

    private static HeldVolume of(JsonNode json, Path directory) {
        HeldVolume volume =
                new HeldVolume(
                        new Identity(
                                VolumeId.parse(json.path("volume").asText()),
                                json.path("attachment").asLong(),
                                json.path("name").asText(),
                                json.path("mode").asText()),
                        directory);
        volume.block = json.path("block").asText();
        volume.shape =
                new DeviceShape(
                        json.path("size").asLong(),
                        json.path("sector").asInt(),
                        json.path("readOnly").asBoolean());
        return volume;
    }

    /** Forgets the volume on disk. */
    void delete() throws IOException {
        Files.deleteIfExists(order.directory().resolve(FILE));
        Files.deleteIfExists(order.directory());
    }

    /** What a caller is told, without what the worker knows. */
    Device.Builder toDevice() {
        return Device.newBuilder()
                .setVolumeId(identity.volume().toString())
                .setName(identity.name())
                .setAttachmentId(identity.attachmentId())
                .setMode(identity.mode())
                .setPath(block)
                .setSizeBytes(shape.sizeBytes())
                .setSectorBytes(shape.sectorBytes())
                .setReadOnly(shape.readOnly())
                .setState("ENDED")
                .setBroken(broken);
    }
}
