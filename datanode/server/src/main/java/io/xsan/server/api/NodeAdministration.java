package io.xsan.server.api;

import io.xsan.base.ErrorCode;
import io.xsan.base.NodeId;
import io.xsan.meta.command.Command;
import io.xsan.meta.command.Result;
import io.xsan.meta.image.ClusterImage;
import io.xsan.meta.image.NodeRecord;
import io.xsan.meta.image.VolumeRecord;
import io.xsan.meta.placement.MovePolicy;
import io.xsan.protocol.v1.NodeContents;
import java.util.List;
import java.util.Set;

/** Taking nodes out of the cluster. Called on threads that may block. */
final class NodeAdministration {
    private final NodeView view;
    private final Proposer proposer;

    NodeAdministration(NodeView view, Proposer proposer) {
        this.view = view;
        this.proposer = proposer;
    }

    /**
     * Makes a node draining, or not any more. The leader of the metadata moves what it holds. Where
     * something could not be moved nothing is changed, and the answer says why.
     */
    NodeContents drain(NodeId id, boolean isCancelled) {
        NodeRecord node = known(id);
        List<String> obstacles = new MovePolicy(view.image(), Set.of()).obstacles(id);
        if (!isCancelled && !node.draining() && !obstacles.isEmpty()) {
            throw ApiErrors.of(
                    ErrorCode.CONFLICT,
                    "node",
                    "node " + id + " cannot be drained: " + String.join("; ", obstacles));
        }
        propose(new Command.DrainNode(id, !isCancelled));
        return contents(id);
    }

    /** What a node holds and owns. */
    NodeContents contents(NodeId id) {
        NodeRecord node = known(id);
        ClusterImage image = view.image();
        NodeContents.Builder contents =
                NodeContents.newBuilder().setNode(id.value()).setDraining(node.draining());
        for (VolumeRecord volume : image.volumes().values()) {
            if (volume.everyComponent().stream().anyMatch(c -> c.node().equals(id))) {
                contents.addVolumes(volume.name());
            }
            if (volume.owner().equals(id) && !volume.deleting()) {
                contents.addOwned(volume.name());
            }
        }
        contents.addAllObstacles(new MovePolicy(image, Set.of()).obstacles(id));
        return contents.setRemovable(
                        contents.getVolumesCount() == 0 && contents.getOwnedCount() == 0)
                .build();
    }

    /** Gives up the store of a node that is to come back; {@code store} empty: the one it has. */
    void replace(NodeId id, String store) {
        long now = view.image().node(id).map(NodeRecord::storeId).orElse(0L);
        propose(new Command.ReplaceNode(id, store.isEmpty() ? now : Protos.storeId(store)));
    }

    /** Takes the store of a node for gone: what it held is made again on others. */
    NodeContents giveUp(NodeId id) {
        NodeRecord node = known(id);
        propose(new Command.DrainNode(id, true));
        if (node.hasStore()) {
            propose(new Command.ReplaceNode(id, node.storeId()));
        }
        return contents(id);
    }

    /** Forgets a node that holds and owns nothing. */
    void remove(NodeId id) {
        known(id);
        if (view.members().stream().anyMatch(m -> m.nodeId() == id.value())) {
            throw ApiErrors.of(
                    ErrorCode.CONFLICT,
                    "node",
                    "node "
                            + id
                            + " is a member of the metadata group; another has to take its seat"
                            + " first");
        }
        propose(new Command.RemoveNode(id));
    }

    private NodeRecord known(NodeId id) {
        return view.image()
                .node(id)
                .orElseThrow(
                        () -> ApiErrors.of(ErrorCode.NOT_FOUND, "node", "there is no node " + id));
    }

    private void propose(Command command) {
        if (proposer.propose(command) instanceof Result.Done done) {
            view.awaitImage(done.index());
        }
    }
}
