package io.xsan.csi.node;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Block devices of volumes on this host. They belong to another process and outlive this one. All
 * methods are idempotent; any thread, one at a time per volume.
 */
public interface Devices {
    /** A device: its path, as the kernel's table of mounts names it, and its bytes. */
    record Device(Path path, long sizeBytes) {}

    /**
     * Makes the device of a volume, or finds it made.
     *
     * @throws IOException if it cannot be made, or not in time
     */
    Device attach(String volumeId, long attachment, boolean isReadOnly) throws IOException;

    /** The device of a volume; empty if it has none here. */
    Optional<Device> find(String volumeId) throws IOException;

    /**
     * Lets the device have the size that the volume has now, and answers it. Waits a while for one
     * of {@code leastBytes}; what is answered may be smaller.
     */
    Device refresh(String volumeId, long leastBytes) throws IOException;

    /**
     * Makes all I/O of the device fail that waits, so that it can be unmounted although its volume
     * does not answer.
     */
    void abort(String volumeId) throws IOException;

    /** Ends the device; one that is not there has ended. It must not be mounted. */
    void detach(String volumeId) throws IOException;

    /** How many volumes this host can have; 0 if there is no such limit. */
    int most();
}
