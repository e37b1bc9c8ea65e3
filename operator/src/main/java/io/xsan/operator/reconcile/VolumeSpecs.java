package io.xsan.operator.reconcile;

import io.fabric8.kubernetes.api.model.Quantity;
import io.xsan.crds.DeletionPolicy;
import io.xsan.crds.XsanVolumeSpec;
import io.xsan.protocol.v1.Policy;
import io.xsan.protocol.v1.Volume;
import org.jspecify.annotations.Nullable;

/** Specs of volumes, to and from the metadata. */
final class VolumeSpecs {
    private static final String[] UNITS = {"Ti", "Gi", "Mi", "Ki"};
    private static final int UNIT_BITS = 10;

    private VolumeSpecs() {}

    static XsanVolumeSpec of(Volume volume, DeletionPolicy deletionPolicy) {
        Policy policy = volume.getPolicy();
        return new XsanVolumeSpec(
                quantity(volume.getSizeBytes()),
                volume.getSectorBytes(),
                given(policy.getReplicas()),
                given(policy.getMinReplicas()),
                given(policy.getWidth()),
                deletionPolicy);
    }

    private static @Nullable Integer given(int value) {
        return value == 0 ? null : value;
    }

    /** Whether a volume is as it is asked for. */
    static boolean isMet(XsanVolumeSpec asked, Volume volume) {
        return bytes(asked.size()) == volume.getSizeBytes()
                && policy(asked, volume.getPolicy()).equals(volume.getPolicy());
    }

    static long bytes(String size) {
        return Quantity.getAmountInBytes(new Quantity(size)).longValueExact();
    }

    /** The policy that is asked for; what is not given is the cluster's default. */
    static Policy policy(XsanVolumeSpec asked) {
        return policy(asked, Policy.getDefaultInstance());
    }

    /** The policy that is asked for; what is not given stays. */
    static Policy policy(XsanVolumeSpec asked, Policy present) {
        return Policy.newBuilder()
                .setReplicas(or(asked.replicas(), present.getReplicas()))
                .setMinReplicas(or(asked.minReplicas(), present.getMinReplicas()))
                .setWidth(or(asked.width(), present.getWidth()))
                .build();
    }

    private static int or(@Nullable Integer asked, int present) {
        return asked == null ? present : asked;
    }

    /** With the largest unit that gives a whole number. */
    static String quantity(long bytes) {
        for (int i = 0; i < UNITS.length; i++) {
            int bits = UNIT_BITS * (UNITS.length - i);
            if (bytes > 0 && Long.numberOfTrailingZeros(bytes) >= bits) {
                return (bytes >> bits) + UNITS[i];
            }
        }
        return Long.toString(bytes);
    }
}
