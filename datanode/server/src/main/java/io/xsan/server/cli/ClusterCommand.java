package io.xsan.server.cli;

import io.xsan.protocol.v1.GetClusterStatusRequest;
import java.io.IOException;
import picocli.CommandLine.Command;

/** {@code xsan cluster}. */
@Command(name = "cluster", description = "Shows the cluster.")
final class ClusterCommand {
    private final Cluster cluster;

    ClusterCommand(Cluster cluster) {
        this.cluster = cluster;
    }

    @Command(description = "Shows the metadata group, the nodes and the volumes.")
    int status() throws IOException {
        cluster.show(
                s -> s.getClusterStatus(GetClusterStatusRequest.getDefaultInstance()),
                Tables::cluster);
        return 0;
    }
}
