package io.xsan.server.api;

import io.xsan.base.ErrorCode;
import io.xsan.base.NodeId;
import io.xsan.base.Version;
import io.xsan.meta.command.Command;
import io.xsan.meta.decide.InSync;
import io.xsan.meta.heartbeat.HeardNode;
import io.xsan.meta.image.ComponentRecord;
import io.xsan.meta.image.ComponentState;
import io.xsan.meta.image.VolumeRecord;
import io.xsan.protocol.v1.HeldComponent;
import io.xsan.protocol.v1.NodeStatus;
import io.xsan.protocol.v1.Recovery;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Volumes that have no up-to-date component of some blocks any more: what is left of them, and what
 * going on from that gives up. Called on threads that may block.
 */
final class LastResort {
    private final NodeView view;
    private final Peers peers;

    LastResort(NodeView view, Peers peers) {
        this.view = view;
        this.peers = peers;
    }

    /** What would be done, and what may be lost by it. */
    record Plan(VolumeRecord volume, List<NodeId> from, List<NodeId> lost, Recovery.Builder told) {
        /** Does it, if {@code epoch} is what was told before. */
        Command.RecoverVolume command(int epoch) {
            return new Command.RecoverVolume(volume.id(), epoch, from, lost);
        }
    }

    /**
     * The plan to go on from the components on {@code nodes}.
     *
     * @throws io.grpc.StatusRuntimeException where a component cannot be reached that is needed, or
     *     where up-to-date ones can be reached that have every block; names them
     */
    Plan plan(VolumeRecord volume, List<Integer> nodes) {
        if (nodes.isEmpty()) {
            throw refused("from", "name the nodes to go on from");
        }
        Map<Integer, NodeStatus> statuses = peers.statuses(view.image());
        List<NodeId> from = new ArrayList<>();
        for (int node : nodes) {
            if (node < 1 || node > NodeId.MAX || volume.component(new NodeId(node)).isEmpty()) {
                throw refused("from", "node " + node + " has no component of " + volume.name());
            }
            from.add(new NodeId(node));
        }
        List<NodeId> lost = new ArrayList<>();
        List<NodeId> good = new ArrayList<>();
        for (ComponentRecord component : volume.components()) {
            boolean isSettled =
                    component.state() == ComponentState.IN_SYNC && !component.isUnsettled();
            boolean isNamed = from.contains(component.node()) && !isSettled;
            if (component.state() == ComponentState.IN_SYNC && !isNamed) {
                (isGood(volume, component, statuses) ? good : lost).add(component.node());
            }
        }
        boolean isAgain = from.stream().allMatch(n -> isUnsettled(volume, n)) && lost.isEmpty();
        if (!isAgain && InSync.holdsWithout(volume, lost)) {
            throw refused(
                    "from",
                    "nothing is to be recovered: every block of "
                            + volume.name()
                            + " is up to date on "
                            + names(good)
                            + ", which can be reached");
        }
        Recovery.Builder told = Recovery.newBuilder();
        lost.forEach(node -> told.addLost(node.value()));
        from.forEach(node -> told.addLosses(loss(volume, node, statuses)));
        newest(volume, statuses).ifPresent(told::addLosses);
        told.addLosses(
                lost.isEmpty()
                        ? "No component is given up."
                        : "What only " + names(lost) + " had is given up, also if it comes back.");
        return new Plan(volume, from, lost, told);
    }

    private static boolean isUnsettled(VolumeRecord volume, NodeId node) {
        return volume.component(node).filter(ComponentRecord::isUnsettled).isPresent();
    }

    /** True if it is there and whole, or its node lives and may only be too busy to answer. */
    private boolean isGood(
            VolumeRecord volume, ComponentRecord component, Map<Integer, NodeStatus> statuses) {
        NodeStatus status = statuses.get(component.node().value());
        if (status == null) {
            HeardNode heard = view.heard().get(component.node());
            return heard != null && !heard.isSilent();
        }
        return held(volume, component, status)
                .filter(held -> !held.getDamaged())
                .filter(held -> component.storeId() == 0 || isOn(component.storeId(), held))
                .filter(held -> isOnAGoodDevice(held, status))
                .isPresent();
    }

    private static boolean isOn(long storeId, HeldComponent held) {
        return held.getStoreId().equals(String.format("%016x", storeId));
    }

    private static boolean isOnAGoodDevice(HeldComponent held, NodeStatus status) {
        return status.getDevicesList().stream()
                .filter(device -> device.getStoreId().equals(held.getStoreId()))
                .anyMatch(device -> device.getState().equals("GOOD"));
    }

    private static Optional<HeldComponent> held(
            VolumeRecord volume, ComponentRecord component, NodeStatus status) {
        return status.getComponentsList().stream()
                .filter(held -> held.getVolumeId().equals(volume.id().toString()))
                .filter(held -> held.getGeneration() == component.generation())
                .findFirst();
    }

    private static String loss(
            VolumeRecord volume, NodeId node, Map<Integer, NodeStatus> statuses) {
        ComponentRecord component = volume.component(node).orElseThrow();
        NodeStatus status = statuses.get(node.value());
        Optional<HeldComponent> held =
                status == null ? Optional.empty() : held(volume, component, status);
        if (held.isEmpty()) {
            throw refused(
                    "from",
                    "node "
                            + node
                            + " does not answer, or does not have its component of "
                            + volume.name());
        }
        String what =
                component.since() <= 1
                        ? "may lack anything that was ever written"
                        : "may lack what was written after version "
                                + Version.text(component.since());
        return "Node %s %s (epoch.sequence); it holds %d MiB%s."
                .formatted(
                        node,
                        what,
                        held.get().getMappedBytes() >> 20,
                        held.get().getDamaged() ? ", some of it damaged" : "");
    }

    /** The highest version that a component there is knows to have been acknowledged. */
    private static Optional<String> newest(VolumeRecord volume, Map<Integer, NodeStatus> statuses) {
        long newest = Version.NONE;
        String at = "";
        for (ComponentRecord component : volume.components()) {
            NodeStatus status = statuses.get(component.node().value());
            String stable =
                    status == null
                            ? ""
                            : held(volume, component, status)
                                    .map(HeldComponent::getStable)
                                    .orElse("");
            if (!stable.isEmpty() && Version.parse(stable) > newest) {
                newest = Version.parse(stable);
                at = "node " + component.node();
            }
        }
        return newest == Version.NONE
                ? Optional.empty()
                : Optional.of(
                        "Writes were acknowledged at least up to "
                                + Version.text(newest)
                                + ", as "
                                + at
                                + " knows.");
    }

    private static String names(List<NodeId> nodes) {
        return nodes.stream().map(node -> "node " + node).collect(Collectors.joining(", "));
    }

    private static RuntimeException refused(String field, String message) {
        return ApiErrors.of(ErrorCode.CONFLICT, field, message);
    }
}
