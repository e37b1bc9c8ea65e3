package io.xsan.operator.reconcile;

import io.xsan.operator.storage.Storage;
import io.xsan.protocol.client.ApiException;
import io.xsan.protocol.v1.ClusterStatus;
import io.xsan.protocol.v1.Component;
import io.xsan.protocol.v1.Node;
import io.xsan.protocol.v1.Volume;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the storage cluster answered, or why it did not. Without an answer nothing is in sync, so
 * that nobody restarts or removes anything.
 */
record Health(@Nullable ClusterStatus answer, String why) {
    static Health of(Storage storage) {
        try {
            return new Health(storage.status(), "");
        } catch (ApiException e) {
            return new Health(null, Conditions.sentence(e));
        }
    }

    boolean isReachable() {
        return answer != null;
    }

    Optional<Node> node(int number) {
        return nodes().stream().filter(node -> node.getId() == number).findFirst();
    }

    List<Node> nodes() {
        return answer == null ? List.of() : answer.getNodesList();
    }

    List<Volume> volumes() {
        return answer == null ? List.of() : answer.getVolumesList();
    }

    /** Volumes that lack something, each with what it lacks. */
    List<String> behind() {
        List<String> behind = new ArrayList<>();
        for (Volume volume : volumes()) {
            List<String> nodes =
                    volume.getComponentsList().stream()
                            .filter(component -> !isInSync(component))
                            .map(component ->
                                    "node " + component.getNode() + " " + component.getState())
                            .toList();
            if (!nodes.isEmpty()) {
                behind.add(volume.getName() + " (" + String.join(", ", nodes) + ")");
            }
        }
        return behind;
    }

    static boolean isInSync(Component component) {
        return component.getState().equals("IN_SYNC");
    }

    /** Volumes that nobody serves, or whose owners could not be asked. */
    List<String> paused() {
        return volumes().stream()
                .filter(volume -> !volume.getDeleting())
                .filter(volume -> !isServing(volume))
                .map(Volume::getName)
                .toList();
    }

    static boolean isServing(Volume volume) {
        String state = volume.getEngine().getState();
        return state.equals("SERVING") || state.equals("CONFIRMED");
    }

    /** Nodes that answer but have no lease. */
    List<Node> withoutLease() {
        return nodes().stream()
                .filter(node -> node.hasStatus() && !node.getStatus().getHasLease())
                .toList();
    }

    boolean isMovingData() {
        return volumes().stream().anyMatch(Volume::hasMove);
    }

    long usableBytes() {
        return nodes().stream().mapToLong(Node::getUsableBytes).sum();
    }

    long freeBytes() {
        return nodes().stream()
                .mapToLong(node ->
                        node.hasStatus()
                                ? node.getStatus().getStore().getFreeBytes()
                                : node.getHeartbeat().getFreeBytes())
                .sum();
    }
}
