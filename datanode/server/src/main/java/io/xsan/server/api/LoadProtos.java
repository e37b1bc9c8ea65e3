package io.xsan.server.api;

import io.xsan.base.Pages;
import io.xsan.base.latency.Latencies;
import io.xsan.engine.ShardStatus;
import io.xsan.protocol.v1.Load;
import io.xsan.protocol.v1.NodeStatus;
import io.xsan.protocol.v1.Scrub;
import io.xsan.server.traffic.ShardTraffic;
import io.xsan.server.traffic.Traffic;

/** What a node and its engines are doing, as the control API tells it. */
final class LoadProtos {
    private static final long MICRO_NANOS = 1_000;

    private LoadProtos() {}

    static Load load(ShardStatus.Load from) {
        return Load.newBuilder()
                .setWaiting(from.waiting())
                .setUnderWay(from.underWay())
                .setErrors(from.errors())
                .setResyncedBytes(from.resyncedPages() * Pages.PAGE_BYTES)
                .setReadP50Micros(micros(from.reads(), 50))
                .setReadP99Micros(micros(from.reads(), 99))
                .setWriteP50Micros(micros(from.writes(), 50))
                .setWriteP99Micros(micros(from.writes(), 99))
                .build();
    }

    static Scrub scrub(ShardStatus.Scrub from) {
        return Scrub.newBuilder()
                .setRunning(from.isRunning())
                .setDoneBytes(from.doneBytes())
                .setStartedMillis(from.startedMillis())
                .setFinishedMillis(from.finishedMillis())
                .setReadBytes(from.readPages() * Pages.PAGE_BYTES)
                .setRepairedPages(from.repairedPages())
                .setBadPages(from.badPages())
                .build();
    }

    private static long micros(Latencies latencies, double percent) {
        return latencies.percentileNanos(percent) / MICRO_NANOS;
    }

    static void addTraffic(NodeStatus.Builder status, ShardTraffic from) {
        status.addTraffic(traffic("peer", from.peers()))
                .addTraffic(traffic("nbd", from.nbd()))
                .setMailboxDepth(from.mailboxDepth())
                .setMailboxWaits(from.mailboxWaits());
    }

    private static io.xsan.protocol.v1.Traffic traffic(String kind, Traffic from) {
        return io.xsan.protocol.v1.Traffic.newBuilder()
                .setKind(kind)
                .setConnections(from.connections())
                .setReceivedBytes(from.receivedBytes())
                .setSentBytes(from.sentBytes())
                .build();
    }
}
