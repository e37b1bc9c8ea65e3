package io.xsan.server.cli;

import io.xsan.protocol.v1.BlockLocationRequest;
import io.xsan.protocol.v1.GetClusterStatusRequest;
import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code xsan debug}: what the cluster knows in detail. */
@Command(name = "debug", description = "Shows what the cluster knows in detail.")
final class DebugCommand {
    private final Cluster cluster;

    DebugCommand(Cluster cluster) {
        this.cluster = cluster;
    }

    @Command(name = "cluster-status", description = "Nodes, volumes and the metadata group.")
    int clusterStatus() throws IOException {
        cluster.show(
                s -> s.getClusterStatus(GetClusterStatusRequest.getDefaultInstance()),
                Tables::cluster);
        return 0;
    }

    @Command(name = "volume-info", description = "A volume, its engine and its components.")
    int volumeInfo(@Parameters(paramLabel = "ID", description = "Id or name.") String id)
            throws IOException {
        cluster.show(s -> s.getVolume(Cluster.volume(id)), Tables::volume);
        return 0;
    }

    @Command(name = "block-location", description = "The nodes that hold a block of a volume.")
    int blockLocation(
            @Parameters(paramLabel = "ID", description = "Id or name of the volume.") String id,
            @Parameters(paramLabel = "BLOCK", description = "Number of the 4 MiB block, from 0.")
                    long block)
            throws IOException {
        BlockLocationRequest request =
                BlockLocationRequest.newBuilder()
                        .setVolume(Cluster.volume(id))
                        .setBlock(block)
                        .build();
        cluster.show(s -> s.getBlockLocation(request), Tables::location);
        return 0;
    }

    @Command(name = "perf-stats", description = "Counters of stores, engines and components.")
    int perfStats() throws IOException {
        cluster.show(
                s -> s.getClusterStatus(GetClusterStatusRequest.getDefaultInstance()),
                LoadTables::performance);
        return 0;
    }
}
