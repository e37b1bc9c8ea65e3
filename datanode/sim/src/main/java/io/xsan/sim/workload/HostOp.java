package io.xsan.sim.workload;

import io.xsan.engine.VolumeIo;

/**
 * One I/O that a host is to do, not before {@code atNanos}. {@code unit} and {@code units} count in
 * the unit of the volume's registers; both are 0 for FLUSH.
 */
public record HostOp(
        int host, long atNanos, VolumeIo.Kind kind, long unit, int units, boolean mayTrim) {
    /** True if it changes what the range holds. */
    boolean isChange() {
        return kind == VolumeIo.Kind.WRITE
                || kind == VolumeIo.Kind.TRIM
                || kind == VolumeIo.Kind.ZERO;
    }
}
