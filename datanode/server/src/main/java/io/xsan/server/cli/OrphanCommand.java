package io.xsan.server.cli;

import io.xsan.base.ErrorCode;
import io.xsan.base.Refusal;
import io.xsan.protocol.client.XsanClient;
import io.xsan.protocol.v1.ClusterStatus;
import io.xsan.protocol.v1.DeleteOrphanRequest;
import io.xsan.protocol.v1.GetClusterStatusRequest;
import io.xsan.protocol.v1.HeldComponent;
import io.xsan.protocol.v1.Node;
import java.io.IOException;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code xsan orphan}. */
@Command(
        name = "orphan",
        description = "Shows and deletes components on disks that the metadata does not know.")
final class OrphanCommand {
    private final Cluster cluster;

    OrphanCommand(Cluster cluster) {
        this.cluster = cluster;
    }

    @Command(description = "Lists the orphans on the nodes that answer.")
    int list() throws IOException {
        cluster.show(
                s -> s.getClusterStatus(GetClusterStatusRequest.getDefaultInstance()),
                Tables::orphans);
        return 0;
    }

    @Command(
            description =
                    "Deletes an orphan with its data. Tells what it is, and asks for the name that"
                            + " its volume had.")
    int delete(
            @Parameters(paramLabel = "ID", description = "Id of the volume, as listed.") String id,
            @Option(
                            names = "--node",
                            required = true,
                            paramLabel = "NODE",
                            description = "Node that has it.")
                    int node,
            @Mixin Confirmation confirmation)
            throws IOException {
        try (XsanClient client = cluster.connect()) {
            List<HeldComponent> found =
                    of(
                            client.call(s ->
                                    s.getClusterStatus(
                                            GetClusterStatusRequest.getDefaultInstance())),
                            id,
                            node);
            if (found.isEmpty()) {
                throw new Refusal(
                        ErrorCode.NOT_FOUND, "node " + node + " has no orphan of volume " + id);
            }
            for (HeldComponent each : found) {
                cluster.surroundings()
                        .out()
                        .printf(
                                "Node %d has %s of volume %s, which is lost then.%n",
                                node, Sizes.text(each.getMappedBytes()), named(each));
            }
            confirmation.require(cluster.surroundings(), "the volume", named(found.getFirst()));
            for (HeldComponent each : found) {
                DeleteOrphanRequest request =
                        DeleteOrphanRequest.newBuilder()
                                .setNode(node)
                                .setVolumeId(id)
                                .setGeneration(each.getGeneration())
                                .build();
                client.call(s -> s.deleteOrphan(request));
            }
        }
        return 0;
    }

    /** One whose descriptor cannot be read goes by its id. */
    private static String named(HeldComponent orphan) {
        return orphan.getName().isEmpty() ? orphan.getVolumeId() : orphan.getName();
    }

    private static List<HeldComponent> of(ClusterStatus status, String id, int node) {
        return status.getNodesList().stream()
                .filter(n -> n.getId() == node)
                .map(Node::getStatus)
                .flatMap(s -> s.getComponentsList().stream())
                .filter(c -> c.getOrphan() && c.getVolumeId().equals(id))
                .toList();
    }
}
