package io.xsan.server.cli;

import io.xsan.protocol.v1.GetClusterStatusRequest;
import java.io.IOException;
import picocli.CommandLine.Command;

/** {@code xsan node}. */
@Command(name = "node", description = "Shows the datanodes.")
final class NodeCommand {
    private final Cluster cluster;

    NodeCommand(Cluster cluster) {
        this.cluster = cluster;
    }

    @Command(description = "Lists the datanodes.")
    int list() throws IOException {
        cluster.show(
                s -> s.getClusterStatus(GetClusterStatusRequest.getDefaultInstance()),
                Tables::nodes);
        return 0;
    }
}
