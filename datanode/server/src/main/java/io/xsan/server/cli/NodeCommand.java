package io.xsan.server.cli;

import io.xsan.protocol.v1.GetClusterStatusRequest;
import io.xsan.protocol.v1.ReplaceNodeRequest;
import io.xsan.protocol.v1.SetLogLevelRequest;
import java.io.IOException;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code xsan node}. */
@Command(name = "node", description = "Shows the datanodes, replaces them, and sets what they log.")
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

    @Command(
            description =
                    "Gives up the store of a node whose disks or data_dir are lost, so that it may"
                            + " come back empty. Refused where it has the only up-to-date copy of"
                            + " anything.")
    int replace(
            @Parameters(paramLabel = "NODE", description = "Number of the node.") int node,
            @Option(
                            names = "--store",
                            paramLabel = "ID",
                            defaultValue = "",
                            description =
                                    "Id of the store to give up, of 'node list --output json';"
                                            + " without it the one that the node has now.")
                    String store)
            throws IOException {
        ReplaceNodeRequest request =
                ReplaceNodeRequest.newBuilder().setNode(node).setStoreId(store).build();
        cluster.show(
                s -> s.replaceNode(request),
                answer -> "Node " + node + " may come back with an empty data_dir and new disks\n");
        return 0;
    }
}
