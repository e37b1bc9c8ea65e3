package io.xsan.server.cli;

import io.xsan.protocol.v1.GetClusterStatusRequest;
import io.xsan.protocol.v1.RaiseFeatureLevelRequest;
import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

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

    @Command(
            name = "raise-feature-level",
            description =
                    "Allows what only newer programs know; from then on older ones refuse to"
                            + " start. Refused while a datanode runs an older one.")
    int raiseFeatureLevel(
            @Parameters(paramLabel = "LEVEL", description = "The new level.") int level)
            throws IOException {
        RaiseFeatureLevelRequest request =
                RaiseFeatureLevelRequest.newBuilder().setLevel(level).build();
        cluster.show(
                s -> s.raiseFeatureLevel(request),
                answer -> "The cluster is at feature level " + level + "\n");
        return 0;
    }
}
