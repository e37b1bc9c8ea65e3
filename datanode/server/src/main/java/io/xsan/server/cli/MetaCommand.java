package io.xsan.server.cli;

import io.xsan.protocol.v1.RemoveMemberRequest;
import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code xsan meta}. */
@Command(name = "meta", description = "Changes the metadata group.")
final class MetaCommand {
    private final Cluster cluster;

    MetaCommand(Cluster cluster) {
        this.cluster = cluster;
    }

    @Command(
            description =
                    "Takes a node out of the metadata group; it goes on as a follower once it is"
                            + " started without itself in its 'members'.")
    int remove(@Parameters(paramLabel = "NODE", description = "Number of the node.") int node)
            throws IOException {
        RemoveMemberRequest request = RemoveMemberRequest.newBuilder().setNode(node).build();
        cluster.show(
                s -> s.removeMember(request),
                answer -> "Node " + node + " is no member of the metadata group\n");
        return 0;
    }
}
