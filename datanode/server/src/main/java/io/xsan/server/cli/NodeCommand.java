package io.xsan.server.cli;

import io.xsan.protocol.v1.GetClusterStatusRequest;
import io.xsan.protocol.v1.SetLogLevelRequest;
import java.io.IOException;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code xsan node}. */
@Command(name = "node", description = "Shows the datanodes, and sets what they log.")
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

    @Command(
            name = "log-level",
            description = "Changes what a datanode logs, until it is started again.")
    int logLevel(
            @Parameters(paramLabel = "NODE", description = "Number of the node.") int node,
            @Parameters(
                            paramLabel = "LEVEL",
                            description = "FATAL, ERROR, WARN, INFO, DEBUG or TRACE (per I/O).")
                    String level)
            throws IOException {
        SetLogLevelRequest request =
                SetLogLevelRequest.newBuilder()
                        .setNode(node)
                        .setLevel(level.toUpperCase(Locale.ROOT))
                        .build();
        cluster.show(
                s -> s.setLogLevel(request),
                answer -> "Node " + node + " logs at " + request.getLevel() + "\n");
        return 0;
    }
}
