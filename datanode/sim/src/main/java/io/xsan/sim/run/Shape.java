package io.xsan.sim.run;

import io.xsan.sim.meta.MetaConditions;
import io.xsan.sim.net.NetConditions;

/**
 * What a run's cluster is: {@code loadNanos} is how long faults happen, {@code unitBytes} the size
 * of the registers (512 or 4096, also the sector size of the volumes); with {@code isAgent} hosts
 * attach by agents; {@code devices} is how many each node has.
 */
public record Shape(
        Profile profile,
        int nodes,
        int replicas,
        int minReplicas,
        int volumes,
        int hostsPerVolume,
        long volumeBytes,
        int unitBytes,
        int depth,
        long loadNanos,
        NetConditions net,
        MetaConditions meta,
        boolean isAgent,
        int devices) {
    /** Hosts of all volumes; host h is of volume h / hostsPerVolume. */
    int hosts() {
        return volumes * hostsPerVolume;
    }
}
