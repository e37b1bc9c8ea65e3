package io.xsan.sim.disk;

import io.xsan.base.Check;

/**
 * How often a {@link SimDisk} does what it should not, each in events per million operations of the
 * kind it concerns.
 *
 * @param readErrors latent sector errors: the page fails every read until it is written again
 * @param bitRots one bit of a page read is found flipped, from then on
 * @param lostWrites writes acknowledged but never done
 * @param misdirectedWrites writes that land some pages away from where they should
 * @param writeErrors writes that fail, with unknown effect
 * @param syncErrors syncs that fail
 */
public record DiskFaultRates(
        int readErrors,
        int bitRots,
        int lostWrites,
        int misdirectedWrites,
        int writeErrors,
        int syncErrors) {
    /** A device without faults. */
    public static final DiskFaultRates NONE = new DiskFaultRates(0, 0, 0, 0, 0, 0);

    /** Checks ranges. */
    public DiskFaultRates {
        Check.that(readErrors >= 0 && bitRots >= 0, "rates are not negative");
        Check.that(lostWrites >= 0 && misdirectedWrites >= 0, "rates are not negative");
        Check.that(writeErrors >= 0 && syncErrors >= 0, "rates are not negative");
    }
}
