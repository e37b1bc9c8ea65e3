package io.xsan.server.cli;

import io.xsan.protocol.v1.BlockLocation;
import io.xsan.protocol.v1.ClusterStatus;
import io.xsan.protocol.v1.Component;
import io.xsan.protocol.v1.Engine;
import io.xsan.protocol.v1.Export;
import io.xsan.protocol.v1.HeldComponent;
import io.xsan.protocol.v1.Node;
import io.xsan.protocol.v1.NodeContents;
import io.xsan.protocol.v1.Recovery;
import io.xsan.protocol.v1.Scrub;
import io.xsan.protocol.v1.Store;
import io.xsan.protocol.v1.Volume;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Answers of the control API as tables for people. */
final class Tables {
    private Tables() {}

    static String cluster(ClusterStatus status) {
        String leader =
                status.getLeaderNode() == 0 ? "none known" : "node " + status.getLeaderNode();
        long reachable = status.getNodesList().stream().filter(Node::getReachable).count();
        return "Cluster  "
                + status.getClusterId()
                + "\nLeader   "
                + leader
                + "\nNodes    "
                + reachable
                + " of "
                + status.getNodesCount()
                + " reachable\nIndex    "
                + status.getIndex()
                + ", feature level "
                + status.getFeatureLevel()
                + "\n"
                + warnings(status)
                + "\n"
                + nodes(status)
                + "\n"
                + volumes(status.getVolumesList());
    }

    private static String warnings(ClusterStatus status) {
        return status.getWarningsList().stream()
                .map(warning -> "Warning  " + warning + "\n")
                .collect(Collectors.joining());
    }

    static String nodes(ClusterStatus status) {
        Table table =
                new Table(
                        "NODE", "ADDRESS", "STATE", "HEARD", "DISKS", "ROLE", "DOMAIN", "USABLE",
                        "FREE");
        for (Node node : status.getNodesList()) {
            Store store = node.getStatus().getStore();
            table.row(
                    node.getId(),
                    node.getHost() + ":" + node.getBasePort(),
                    (node.getReachable() ? "up" : "unreachable")
                            + (node.getDraining() ? ", draining" : ""),
                    heard(node),
                    node.hasHeartbeat() ? node.getHeartbeat().getDisks() : "-",
                    role(status, node),
                    node.getDomain().isEmpty() ? "-" : node.getDomain(),
                    Sizes.text(node.getUsableBytes()),
                    node.hasStatus() ? Sizes.text(store.getFreeBytes()) : "-");
        }
        return table.text();
    }

    /** When the node that was asked heard of it last by a heartbeat. */
    private static String heard(Node node) {
        if (!node.hasHeartbeat()) {
            return "-";
        }
        String ago =
                String.format(
                        Locale.ROOT, "%.1f s ago", node.getHeartbeat().getAgeMillis() / 1000.0);
        return node.getHeartbeat().getSilent() ? "silent, " + ago : ago;
    }

    private static String role(ClusterStatus status, Node node) {
        if (node.getId() == status.getLeaderNode()) {
            return "leader";
        }
        return node.getMember() ? "member" : "follower";
    }

    static String volumes(List<Volume> volumes) {
        if (volumes.isEmpty()) {
            return "No volumes.\n";
        }
        Table table =
                new Table(
                        "VOLUME",
                        "ID",
                        "SIZE",
                        "REPLICAS",
                        "OWNER",
                        "COMPONENTS",
                        "EXPORTED",
                        "STATE");
        for (Volume volume : volumes) {
            table.row(
                    volume.getName(),
                    volume.getId(),
                    Sizes.text(volume.getSizeBytes()),
                    volume.getPolicy().getReplicas(),
                    volume.getOwner(),
                    volume.getDeleting() ? "deleting" : components(volume),
                    volume.getAttachmentsList().stream().anyMatch(a -> a.getManual())
                            ? "yes"
                            : "no",
                    state(volume));
        }
        return table.text();
    }

    /** What the engine does and why, such as {@code HOLDING (too few ...)}. */
    private static String state(Volume volume) {
        if (volume.getDeleting()) {
            return "deleting";
        }
        return volume.hasEngine()
                ? stateAndReason(volume.getEngine())
                : "owner " + volume.getOwner() + " does not answer, or has not started it yet";
    }

    private static String stateAndReason(Engine engine) {
        return engine.getState()
                + (engine.getReason().isEmpty() ? "" : " (" + engine.getReason() + ")");
    }

    /** What a node holds, for those that want to take it out. */
    static String contents(NodeContents contents) {
        StringBuilder text = new StringBuilder();
        text.append("Node ").append(contents.getNode());
        if (contents.getRemovable()) {
            text.append(" holds and owns nothing: it can be removed\n");
        } else {
            text.append(contents.getDraining() ? " is draining: " : ": ")
                    .append("components of ")
                    .append(contents.getVolumesCount())
                    .append(" volumes, owner of ")
                    .append(contents.getOwnedCount())
                    .append('\n');
        }
        contents.getObstaclesList().forEach(o -> text.append("  ").append(o).append('\n'));
        return text.toString();
    }

    /** Such as {@code 1:IN_SYNC 2:SYNCING(88%)}. */
    static String components(Volume volume) {
        String components =
                volume.getComponentsList().stream()
                        .map(Tables::component)
                        .collect(Collectors.joining(" "));
        if (!volume.hasMove()) {
            return components;
        }
        String gains =
                volume.getMove().getGainsList().stream()
                        .map(Tables::component)
                        .collect(Collectors.joining(" "));
        return components + " -> " + gains;
    }

    private static String component(Component component) {
        return component.getNode() + ":" + component.getState() + progress(component);
    }

    private static String progress(Component component) {
        long all = component.getPagesLeft() + component.getPagesCopied();
        return all == 0 || component.getState().equals("IN_SYNC")
                ? ""
                : String.format(Locale.ROOT, "(%d%%)", component.getPagesCopied() * 100 / all);
    }

    static String volume(Volume volume) {
        StringBuilder text = new StringBuilder();
        line(text, "Name", volume.getName());
        line(text, "Id", volume.getId());
        line(
                text,
                "Size",
                Sizes.text(volume.getSizeBytes()) + " (" + volume.getSizeBytes() + " bytes)");
        line(text, "Sector", volume.getSectorBytes() + " bytes");
        line(
                text,
                "Policy",
                volume.getPolicy().getReplicas()
                        + " replicas, at least "
                        + volume.getPolicy().getMinReplicas()
                        + ", width "
                        + volume.getPolicy().getWidth());
        line(text, "Owner", "node " + volume.getOwner() + ", epoch " + volume.getEpoch());
        if (volume.hasEngine()) {
            line(text, "Engine", engine(volume.getEngine()));
            line(text, "Scrub", scrub(volume));
        }
        volume.getAttachmentsList()
                .forEach(a ->
                        line(
                                text,
                                "Attached",
                                (a.getManual() ? "exported over NBD" : "to " + a.getHost())
                                        + (a.getReadOnly() ? ", read-only" : "")));
        if (volume.getDeleting()) {
            line(text, "State", "is being deleted");
        }
        if (volume.hasMove()) {
            line(text, "Moves", "to nodes " + volume.getMove().getNodesList());
        }
        Table table = new Table("COMPONENT", "GENERATION", "STATE", "STALE SINCE", "RESYNC");
        volume.getComponentsList().forEach(c -> componentRow(table, "node ", c));
        volume.getMove().getGainsList().forEach(c -> componentRow(table, "moves to ", c));
        volume.getLeavingList().forEach(c -> componentRow(table, "leaves ", c));
        return text + "\n" + table.text();
    }

    private static void componentRow(Table table, String what, Component component) {
        table.row(
                what + component.getNode(),
                component.getGeneration(),
                component.getState(),
                component.getState().equals("IN_SYNC") ? "-" : component.getSince(),
                resync(component));
    }

    private static String resync(Component component) {
        return component.getPagesLeft() + component.getPagesCopied() == 0
                ? "-"
                : component.getPagesCopied()
                        + " pages copied, "
                        + component.getPagesLeft()
                        + " left";
    }

    private static String scrub(Volume volume) {
        Scrub scrub = volume.getEngine().getScrub();
        if (scrub.getRunning()) {
            return ScrubCommand.progress(volume);
        }
        return scrub.getFinishedMillis() == 0
                ? "not yet"
                : Instant.ofEpochMilli(scrub.getFinishedMillis()).truncatedTo(ChronoUnit.SECONDS)
                        + ": "
                        + ScrubCommand.outcome(scrub);
    }

    private static String engine(Engine engine) {
        return stateAndReason(engine)
                + ", "
                + engine.getSessions()
                + " sessions, "
                + engine.getReads()
                + " reads, "
                + engine.getWrites()
                + " writes";
    }

    private static void line(StringBuilder text, String name, String value) {
        text.append(String.format(Locale.ROOT, "%-9s%s%n", name, value));
    }

    static String orphans(ClusterStatus status) {
        Table table = new Table("NODE", "VOLUME", "ID", "GENERATION", "SIZE");
        boolean isAny = false;
        for (Node node : status.getNodesList()) {
            for (HeldComponent held : node.getStatus().getComponentsList()) {
                if (held.getOrphan()) {
                    isAny = true;
                    table.row(
                            node.getId(),
                            held.getName().isEmpty() ? "-" : held.getName(),
                            held.getVolumeId(),
                            held.getGeneration(),
                            Sizes.text(held.getMappedBytes()));
                }
            }
        }
        return isAny ? table.text() : "No orphans.\n";
    }

    /** What going on from an older copy may lose. */
    static String recovery(Recovery recovery) {
        return String.join("\n", recovery.getLossesList()) + "\n";
    }

    static String export(Export export) {
        // Only the owner itself knows of its socket.
        String socket = export.getUnixUri().isEmpty() ? "" : export.getUnixUri() + "\n";
        return socket + export.getTcpUri() + "\n";
    }

    static String location(BlockLocation location) {
        return location.getNodesList().stream()
                .map(node -> "node " + node + "\n")
                .collect(Collectors.joining());
    }
}
