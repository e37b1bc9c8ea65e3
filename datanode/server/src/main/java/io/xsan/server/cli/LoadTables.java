package io.xsan.server.cli;

import io.xsan.protocol.v1.ClusterStatus;
import io.xsan.protocol.v1.Engine;
import io.xsan.protocol.v1.HeldComponent;
import io.xsan.protocol.v1.Load;
import io.xsan.protocol.v1.Node;
import io.xsan.protocol.v1.NodeStatus;
import io.xsan.protocol.v1.Store;
import io.xsan.protocol.v1.Traffic;
import java.util.Locale;

/** What the nodes are doing, as tables: stores, network, engines and components. */
final class LoadTables {
    private final Table stores =
            new Table(
                    "NODE",
                    "LEASE",
                    "STORE",
                    "USABLE",
                    "FREE",
                    "LIVE",
                    "CLIENT WRITES",
                    "DEVICE WRITES",
                    "SYNCS",
                    "CLEANED",
                    "MOVED");
    private final Table network =
            new Table("NODE", "KIND", "CONNECTIONS", "RECEIVED", "SENT", "MAILBOX", "FULL");
    private final Table engines =
            new Table("NODE", "VOLUME", "EPOCH", "STATE", "READS", "READ", "WRITES", "WRITTEN");
    private final Table loads =
            new Table(
                    "NODE",
                    "VOLUME",
                    "WAITING",
                    "UNDER WAY",
                    "ERRORS",
                    "READ P50",
                    "P99",
                    "WRITE P50",
                    "P99",
                    "RESYNCED");
    private final Table components =
            new Table("NODE", "VOLUME", "GENERATION", "EPOCH", "STABLE", "MAPPED", "CONDITION");

    private LoadTables() {}

    static String performance(ClusterStatus status) {
        LoadTables tables = new LoadTables();
        for (Node node : status.getNodesList()) {
            if (node.hasStatus()) {
                tables.add(node.getId(), node.getStatus());
            } else {
                tables.stores.row(
                        node.getId(), "-", "unreachable", "-", "-", "-", "-", "-", "-", "-", "-");
            }
        }
        return String.join(
                "\n",
                tables.stores.text(),
                tables.network.text(),
                tables.engines.text(),
                tables.loads.text(),
                tables.components.text());
    }

    private void add(int node, NodeStatus status) {
        store(node, status);
        status.getTrafficList().forEach(traffic -> traffic(node, status, traffic));
        status.getEnginesList().forEach(engine -> engine(node, engine));
        status.getComponentsList().forEach(held -> component(node, held));
    }

    private void store(int node, NodeStatus status) {
        Store store = status.getStore();
        stores.row(
                node,
                status.getHasLease() ? "held" : "none",
                store.getFailed() ? "failed" : "good",
                Sizes.text(store.getUsableBytes()),
                Sizes.text(store.getFreeBytes()),
                Sizes.text(store.getLiveBytes()),
                Sizes.text(store.getClientBytesWritten()),
                Sizes.text(store.getDeviceBytesWritten()),
                store.getSyncs(),
                store.getCleanedSegments() + " segments",
                Sizes.text(store.getMovedBytes()));
    }

    private void traffic(int node, NodeStatus status, Traffic traffic) {
        network.row(
                node,
                traffic.getKind(),
                traffic.getConnections(),
                Sizes.text(traffic.getReceivedBytes()),
                Sizes.text(traffic.getSentBytes()),
                status.getMailboxDepth(),
                status.getMailboxWaits());
    }

    private void engine(int node, Engine engine) {
        engines.row(
                node,
                engine.getVolumeId(),
                engine.getEpoch(),
                engine.getState(),
                engine.getReads(),
                Sizes.text(engine.getReadBytes()),
                engine.getWrites(),
                Sizes.text(engine.getWrittenBytes()));
        Load load = engine.getLoad();
        loads.row(
                node,
                engine.getVolumeId(),
                load.getWaiting(),
                load.getUnderWay(),
                load.getErrors(),
                millis(load.getReadP50Micros()),
                millis(load.getReadP99Micros()),
                millis(load.getWriteP50Micros()),
                millis(load.getWriteP99Micros()),
                Sizes.text(load.getResyncedBytes()));
    }

    /** Bounds of buckets: the latency is at most this. */
    private static String millis(long micros) {
        return micros == 0 ? "-" : String.format(Locale.ROOT, "<= %.2f ms", micros / 1000.0);
    }

    private void component(int node, HeldComponent held) {
        components.row(
                node,
                held.getVolumeId(),
                held.getGeneration(),
                held.getEpoch(),
                held.getStable(),
                Sizes.text(held.getMappedBytes()),
                held.getDamaged() ? "damaged" : held.getOrphan() ? "orphan" : "good");
    }
}
