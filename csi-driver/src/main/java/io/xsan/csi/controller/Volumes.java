package io.xsan.csi.controller;

import io.grpc.Status;
import io.xsan.csi.rpc.Capabilities;
import io.xsan.csi.rpc.Failures;
import io.xsan.csi.v1.CapacityRange;
import io.xsan.csi.v1.CreateVolumeRequest;
import io.xsan.protocol.v1.Volume;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;

/** Making, growing and deleting volumes. */
final class Volumes {
    private static final String NAME = "[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?";
    private static final int REFERENCE_LENGTH_MAX = 128;

    private final Cluster cluster;

    Volumes(Cluster cluster) {
        this.cluster = cluster;
    }

    /** Makes the volume of a name, or finds it made. */
    Volume create(CreateVolumeRequest request) {
        Parameters parameters =
                Parameters.ofNew(request.getParametersMap(), request.getChangeableParametersMap());
        long sizeBytes =
                VolumeSizes.of(
                        request.getCapacityRange(),
                        Capabilities.leastBytes(request.getVolumeCapabilitiesList()));
        String name = nameOf(request.getName());
        Optional<Volume> existing = cluster.byName(name);
        Volume volume =
                existing.isPresent()
                        ? existing.get()
                        : cluster.create(
                                io.xsan.protocol.v1.CreateVolumeRequest.newBuilder()
                                        .setName(name)
                                        .setSizeBytes(sizeBytes)
                                        .setSectorBytes(parameters.sectorBytes())
                                        .setPolicy(parameters.policy())
                                        .build());
        checkSame(volume, request.getCapacityRange(), parameters);
        return volume;
    }

    /**
     * Names of CSI as names of XSAN: as they are where they can be, else a digest, so that the same
     * name always finds the same volume.
     */
    static String nameOf(String name) {
        if (name.matches(NAME)) {
            return name;
        }
        try {
            byte[] digest =
                    MessageDigest.getInstance("SHA-256")
                            .digest(name.getBytes(StandardCharsets.UTF_8));
            return "csi-" + HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    private static void checkSame(Volume volume, CapacityRange range, Parameters parameters) {
        if (volume.getDeleting()) {
            throw Failures.of(
                    Status.Code.ABORTED,
                    "an earlier volume of the name is being deleted; try again when it is gone");
        }
        Optional<String> difference =
                VolumeSizes.isIn(range, volume.getSizeBytes())
                        ? parameters.difference(volume)
                        : Optional.of("size " + volume.getSizeBytes());
        if (difference.isPresent()) {
            throw Failures.of(
                    Status.Code.ALREADY_EXISTS,
                    "volume " + volume.getName() + " exists with " + difference.get());
        }
    }

    /** Deletes a volume; one that is not there is deleted already. */
    void delete(String id) {
        Optional<Volume> volume = cluster.byId(id);
        if (volume.isPresent() && !volume.get().getDeleting()) {
            cluster.delete(id);
        }
    }

    /** Grows a volume to what is asked for at least; answers its size then. */
    long expand(String id, CapacityRange range) {
        Volume volume = existing(id);
        long sizeBytes = VolumeSizes.of(range, 0);
        if (volume.getSizeBytes() >= range.getRequiredBytes()) {
            if (!VolumeSizes.isIn(range, volume.getSizeBytes())) {
                throw Failures.of(
                        Status.Code.OUT_OF_RANGE,
                        "capacity_range: the limit is "
                                + range.getLimitBytes()
                                + ", the volume has "
                                + volume.getSizeBytes()
                                + " already; volumes do not shrink");
            }
            return volume.getSizeBytes();
        }
        return cluster.resize(id, sizeBytes).getSizeBytes();
    }

    /** The volume of an id that is not being deleted. */
    Volume existing(String id) {
        return cluster.byId(id)
                .filter(volume -> !volume.getDeleting())
                .orElseThrow(() -> Failures.of(Status.Code.NOT_FOUND, "there is no volume " + id));
    }

    /** Refuses a name or id that is empty or longer than the specification lets it be. */
    static void check(String field, String reference) {
        if (reference.isEmpty()) {
            throw Failures.missing(field);
        }
        if (reference.length() > REFERENCE_LENGTH_MAX) {
            throw Failures.invalid(field, reference, "up to 128 characters");
        }
    }
}
