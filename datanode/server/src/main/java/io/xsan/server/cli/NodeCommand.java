package io.xsan.server.cli;

import io.xsan.protocol.client.XsanClient;
import io.xsan.protocol.v1.DrainNodeRequest;
import io.xsan.protocol.v1.GetClusterStatusRequest;
import io.xsan.protocol.v1.NodeContents;
import io.xsan.protocol.v1.NodeRef;
import io.xsan.protocol.v1.ReplaceNodeRequest;
import io.xsan.protocol.v1.SetLogLevelRequest;
import java.io.IOException;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code xsan node}. */
@Command(
        name = "node",
        description = "Shows the datanodes, replaces them, takes them out, and sets what they log.")
final class NodeCommand {
    private static final long POLL_MILLIS = 500;

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
            description = {
                "Moves all that a node holds and owns to other nodes, and waits for it.",
                "Ctrl-C ends the waiting only; --cancel gives the moving up."
            })
    int drain(
            @Parameters(paramLabel = "NODE", description = "Number of the node.") int node,
            @Option(names = "--cancel", description = "The node stays after all.") boolean cancel,
            @Option(names = "--no-wait", description = "Do not wait.") boolean isDetached)
            throws IOException, InterruptedException {
        DrainNodeRequest request =
                DrainNodeRequest.newBuilder().setNode(node).setCancel(cancel).build();
        cluster.show(s -> s.drainNode(request), Tables::contents);
        return cancel || isDetached ? 0 : awaitEmpty(node);
    }

    private int awaitEmpty(int node) throws IOException, InterruptedException {
        NodeContents contents = contents(node);
        int shown = -1;
        while (!contents.getRemovable()) {
            int left = contents.getVolumesCount() + contents.getOwnedCount();
            if (left != shown) {
                shown = left;
                cluster.print(contents, Tables::contents);
            }
            Thread.sleep(POLL_MILLIS);
            contents = contents(node);
        }
        cluster.print(contents, Tables::contents);
        return 0;
    }

    private NodeContents contents(int node) throws IOException {
        try (XsanClient client = cluster.connect()) {
            return client.call(s -> s.getNodeContents(ref(node)));
        }
    }

    private static NodeRef ref(int node) {
        return NodeRef.newBuilder().setNode(node).build();
    }

    @Command(
            name = "can-remove",
            description = "Tells whether a node can be taken out; exit code 1 if it cannot.")
    int canRemove(@Parameters(paramLabel = "NODE", description = "Number of the node.") int node)
            throws IOException {
        NodeContents contents = contents(node);
        cluster.print(contents, Tables::contents);
        return contents.getObstaclesCount() == 0 ? 0 : 1;
    }

    @Command(description = "Forgets a node that was drained, or one that is lost for good.")
    int remove(
            @Parameters(paramLabel = "NODE", description = "Number of the node.") int node,
            @Option(
                            names = "--lost",
                            description =
                                    "Its disks are gone: what it held is made again on others first.")
                    boolean isLost)
            throws IOException, InterruptedException {
        if (isLost) {
            cluster.show(s -> s.giveUpNode(ref(node)), Tables::contents);
            awaitEmpty(node);
        }
        cluster.show(s -> s.removeNode(ref(node)), answer -> "Node " + node + " is removed\n");
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
