package io.xsan.csi.rpc;

import io.xsan.csi.v1.VolumeCapability;
import io.xsan.csi.v1.VolumeCapability.AccessMode.Mode;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** How a volume may be used: checks that controller and node share. */
public final class Capabilities {
    /** File systems that are made and grown. */
    public static final Set<String> FILE_SYSTEMS = Set.of("ext4", "xfs");

    /** Smallest volume that mkfs.xfs takes. */
    private static final long XFS_BYTES_MIN = 300L << 20;

    private static final String DEFAULT_FILE_SYSTEM = "ext4";

    private Capabilities() {}

    /** Refuses what cannot be served. */
    public static void check(List<VolumeCapability> capabilities) {
        if (capabilities.isEmpty()) {
            throw Failures.missing("volume_capabilities");
        }
        capabilities.forEach(Capabilities::check);
    }

    /** Refuses what cannot be served, or is incomplete. */
    public static void check(VolumeCapability capability) {
        if (capability.getAccessTypeCase() == VolumeCapability.AccessTypeCase.ACCESSTYPE_NOT_SET
                || capability.getAccessMode().getMode() == Mode.UNKNOWN) {
            throw Failures.missing("volume_capability: access type or access mode");
        }
        Optional<String> refused = whyNot(capability);
        if (refused.isPresent()) {
            throw Failures.invalid("volume_capability", refused.get(), "what the message says");
        }
    }

    /** Why a capability cannot be served; empty if it can. */
    public static Optional<String> whyNot(VolumeCapability capability) {
        Mode mode = capability.getAccessMode().getMode();
        return switch (mode) {
            case SINGLE_NODE_WRITER,
                    SINGLE_NODE_READER_ONLY,
                    SINGLE_NODE_SINGLE_WRITER,
                    SINGLE_NODE_MULTI_WRITER,
                    MULTI_NODE_READER_ONLY ->
                    whyNotFileSystem(capability);
            case UNKNOWN, MULTI_NODE_SINGLE_WRITER, MULTI_NODE_MULTI_WRITER, UNRECOGNIZED ->
                    Optional.of(mode + ": a volume has one node that writes, or many that read");
        };
    }

    private static Optional<String> whyNotFileSystem(VolumeCapability capability) {
        String fileSystem = fileSystem(capability);
        return capability.hasBlock() || FILE_SYSTEMS.contains(fileSystem)
                ? Optional.empty()
                : Optional.of("file system " + fileSystem + ": there are ext4 and xfs");
    }

    /** The file system that is asked for. */
    public static String fileSystem(VolumeCapability capability) {
        String asked = capability.getMount().getFsType();
        return asked.isEmpty() ? DEFAULT_FILE_SYSTEM : asked;
    }

    /** Whether nobody may write. */
    public static boolean isReadOnly(VolumeCapability capability) {
        Mode mode = capability.getAccessMode().getMode();
        return mode == Mode.SINGLE_NODE_READER_ONLY || mode == Mode.MULTI_NODE_READER_ONLY;
    }

    /** Whether several nodes may use the volume at the same time. */
    public static boolean isForManyNodes(VolumeCapability capability) {
        return capability.getAccessMode().getMode() == Mode.MULTI_NODE_READER_ONLY;
    }

    /** Whether the volume may be published at several places of one node. */
    public static boolean isForManyTargets(VolumeCapability capability) {
        Mode mode = capability.getAccessMode().getMode();
        return mode == Mode.SINGLE_NODE_MULTI_WRITER || mode == Mode.MULTI_NODE_READER_ONLY;
    }

    /** The smallest volume that can be used in these ways. */
    public static long leastBytes(List<VolumeCapability> capabilities) {
        boolean isXfs =
                capabilities.stream()
                        .anyMatch(one -> one.hasMount() && fileSystem(one).equals("xfs"));
        return isXfs ? XFS_BYTES_MIN : 0;
    }
}
