package io.xsan.operator.reconcile;

import io.xsan.operator.identity.Identity;
import io.xsan.operator.identity.StorageNode;
import io.xsan.operator.storage.Storage;
import io.xsan.protocol.client.ApiException;
import io.xsan.protocol.v1.Node;
import io.xsan.protocol.v1.NodeContents;
import java.util.Optional;

/**
 * Takes datanodes out whose nodes the spec no longer names, one at a time: all that one holds is
 * moved to others first, then it is stopped, then forgotten. Refuses what would lose redundancy.
 */
final class ScaleIn {
    static final String TYPE = "ScaledIn";

    private final Storage storage;
    private final Datanodes datanodes;
    private final Health health;

    ScaleIn(Storage storage, Datanodes datanodes, Health health) {
        this.storage = storage;
        this.datanodes = datanodes;
        this.health = health;
    }

    /**
     * Gives up emptying nodes that were to leave {@code before} and stay now; one that cannot be
     * told so is to leave still.
     */
    Identity cancel(Identity before, Identity now, Conditions conditions) {
        Identity result = now;
        for (StorageNode old : before.nodes()) {
            boolean isBack =
                    !old.stays() && now.node(old.name()).filter(StorageNode::stays).isPresent();
            if (isBack && health.node(old.number()).isPresent()) {
                try {
                    NodeContents _ = storage.drain(old.number(), true);
                } catch (ApiException e) {
                    say(conditions, "Refused", who(old) + " cannot stay: " + e.getMessage());
                    result = result.with(old);
                }
            }
        }
        return result;
    }

    /** Does the next step, and answers the nodes that there are afterwards. */
    Identity step(Identity identity, Conditions conditions) {
        Optional<StorageNode> leaving =
                identity.nodes().stream().filter(node -> !node.stays()).findFirst();
        if (leaving.isEmpty()) {
            return identity;
        }
        StorageNode node = leaving.get();
        if (!health.isReachable()) {
            say(
                    conditions,
                    "Waiting",
                    who(node) + " is to leave; no datanode answers: " + health.why());
            return identity;
        }
        if (node.future() == StorageNode.Future.STOPPED) {
            return forget(identity, node, conditions);
        }
        if (health.node(node.number()).map(Node::getMember).orElse(false)) {
            say(
                    conditions,
                    "Refused",
                    who(node)
                            + " is a member of the metadata group and stays. Give its node back to the"
                            + " spec, or let another datanode take its seat first (docs/METADATA.md)");
            return identity;
        }
        return drain(identity, node, conditions);
    }

    private Identity drain(Identity identity, StorageNode node, Conditions conditions) {
        if (health.node(node.number()).isEmpty()) {
            return identity.with(node.with(StorageNode.Future.STOPPED));
        }
        try {
            NodeContents contents = storage.drain(node.number(), false);
            if (contents.getRemovable()) {
                say(conditions, "Stopping", who(node) + " is empty and is stopped");
                return identity.with(node.with(StorageNode.Future.STOPPED));
            }
            sayWhatItHolds(node, contents, conditions);
        } catch (ApiException e) {
            say(conditions, "Refused", who(node) + " cannot be emptied: " + e.getMessage());
        }
        return identity;
    }

    private static void sayWhatItHolds(
            StorageNode node, NodeContents contents, Conditions conditions) {
        if (contents.getObstaclesCount() > 0) {
            String obstacles = String.join("; ", contents.getObstaclesList());
            say(conditions, "Refused", who(node) + " cannot be emptied: " + obstacles);
        } else {
            say(
                    conditions,
                    "Draining",
                    "%s is emptied: it holds %d volumes and owns %d"
                            .formatted(
                                    who(node),
                                    contents.getVolumesCount(),
                                    contents.getOwnedCount()));
        }
    }

    /** After it has stopped: one that runs would register again. */
    private Identity forget(Identity identity, StorageNode node, Conditions conditions) {
        datanodes.remove(node);
        if (datanodes.pod(node).isPresent()) {
            say(conditions, "Stopping", who(node) + " is empty and is stopped");
            return identity;
        }
        try {
            if (health.node(node.number()).isPresent()) {
                storage.removeNode(node.number());
            }
            say(conditions, "Removed", who(node) + " is gone");
            return identity.without(node.number());
        } catch (ApiException e) {
            say(conditions, "Refused", who(node) + " cannot be removed: " + e.getMessage());
            return identity;
        }
    }

    private static String who(StorageNode node) {
        return "datanode " + node.number() + " on node " + node.name();
    }

    private static void say(Conditions conditions, String reason, String message) {
        conditions.set(TYPE, false, reason, message);
    }
}
