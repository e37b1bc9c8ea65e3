package io.xsan.server.metrics;

import io.xsan.base.Fullness;
import io.xsan.engine.ShardStatus;
import io.xsan.meta.image.ClusterImage;
import io.xsan.server.api.NodeView;
import io.xsan.server.shard.DeviceStatus;
import io.xsan.server.traffic.ShardTraffic;
import io.xsan.server.traffic.Traffic;
import io.xsan.store.StoreStatus;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.util.Map;

/** All metrics of a datanode as text. */
public final class NodeMetrics {
    private static final double NANOS = 1e9;
    private static final double MILLIS = 1e3;
    private static final double PAGE_BYTES = 4096;

    private final Exposition out = new Exposition();

    private NodeMetrics() {}

    /** What {@code node} counts now. */
    public static String text(NodeView node) {
        NodeMetrics metrics = new NodeMetrics();
        ShardStatus shard = node.shardStatus();
        metrics.cluster(node);
        node.devices().forEach(metrics::device);
        shard.engines().forEach(engine -> metrics.engine(node.image(), engine));
        metrics.components(shard);
        metrics.traffic(node.traffic());
        metrics.log(node.logCounts());
        metrics.process();
        return metrics.out.text();
    }

    private void cluster(NodeView node) {
        int self = node.config().cluster().nodeId();
        out.gauge(
                "xsan_lease_held",
                "1 while this node may answer reads by its lease.",
                "",
                is(node.hasLease()));
        out.gauge(
                "xsan_metadata_index",
                "Last entry of the metadata that was applied here.",
                "",
                node.image().index());
        out.gauge(
                "xsan_metadata_leader",
                "1 while this node leads the metadata.",
                "",
                is(node.leaderNode() == self));
        out.gauge(
                "xsan_metadata_leader_known",
                "1 while a leader of the metadata is known.",
                "",
                is(node.leaderNode() != 0));
    }

    private static int is(boolean value) {
        return value ? 1 : 0;
    }

    private void device(DeviceStatus device) {
        String at = Exposition.labels("device", device.path().toString());
        out.gauge(
                "xsan_store_failed",
                "1 once the device has failed, or if it was not there at the start.",
                at,
                is(device.state() != DeviceStatus.State.GOOD));
        device.store().ifPresent(store -> store(store, at));
    }

    private void store(StoreStatus store, String at) {
        out.gauge("xsan_store_usable_bytes", "What components may hold.", at, store.usableBytes());
        out.gauge("xsan_store_free_bytes", "What of it is left.", at, store.freeBytes());
        out.gauge(
                "xsan_store_space_low",
                "1 from 75 % of use on, 2 from 85 % (no new volumes), 3 from 95 %.",
                at,
                Fullness.of(store.usedPercent()).ordinal());
        out.gauge("xsan_store_live_bytes", "Pages that volumes see.", at, store.liveBytes());
        out.gauge("xsan_store_segments", "Segments of the device.", at, store.segmentsTotal());
        out.gauge("xsan_store_segments_free", "Segments without data.", at, store.segmentsFree());
        out.counter(
                "xsan_store_client_written_bytes_total",
                "Bytes that owners asked to store.",
                at,
                store.clientBytesWritten());
        out.counter(
                "xsan_store_device_written_bytes_total",
                "Bytes written to the device, the cleaner's included.",
                at,
                store.deviceBytesWritten());
        out.counter("xsan_store_syncs_total", "Group commits.", at, store.syncs());
        out.counter(
                "xsan_cleaner_segments_total",
                "Segments that the cleaner has freed.",
                at,
                store.cleanedSegments());
        out.counter(
                "xsan_cleaner_moved_bytes_total",
                "Live bytes that the cleaner has moved for it.",
                at,
                store.movedBytes());
    }

    private void engine(ClusterImage image, ShardStatus.Engine engine) {
        String id = String.format("%016x", engine.volume());
        String name =
                image.volumes().values().stream()
                        .filter(volume -> volume.id().value() == engine.volume())
                        .map(volume -> volume.name())
                        .findFirst()
                        .orElse("");
        String[] labels = {"volume", id, "name", name};
        String at = Exposition.labels(labels);
        hostIo(engine, at);
        latencies(engine.load(), labels);
        queues(engine, at);
        resync(engine, at);
        scrub(engine, at);
    }

    private void hostIo(ShardStatus.Engine engine, String at) {
        out.counter("xsan_volume_reads_total", "Reads answered by the owner.", at, engine.reads());
        out.counter(
                "xsan_volume_writes_total",
                "Writes, trims and zeros answered by the owner.",
                at,
                engine.writes());
        out.counter("xsan_volume_read_bytes_total", "Bytes of reads.", at, engine.readBytes());
        out.counter(
                "xsan_volume_written_bytes_total",
                "Bytes of writes, trims and zeros.",
                at,
                engine.writtenBytes());
        out.counter(
                "xsan_volume_errors_total",
                "I/Os of hosts that ended in an error.",
                at,
                engine.load().errors());
    }

    private void latencies(ShardStatus.Load load, String... labels) {
        out.histogram(
                "xsan_volume_read_seconds",
                "Latency of reads in the owner, from submission to answer.",
                load.reads(),
                labels);
        out.histogram(
                "xsan_volume_write_seconds",
                "Latency of writes in the owner, from submission to answer.",
                load.writes(),
                labels);
    }

    private void queues(ShardStatus.Engine engine, String at) {
        ShardStatus.Load load = engine.load();
        out.gauge("xsan_volume_queue_waiting", "I/Os that are not begun yet.", at, load.waiting());
        out.gauge("xsan_volume_queue_depth", "I/Os that are worked on.", at, load.underWay());
        out.gauge("xsan_volume_sessions", "Sessions of hosts.", at, engine.sessions());
        boolean isServing =
                engine.state() == ShardStatus.EngineState.SERVING
                        || engine.state() == ShardStatus.EngineState.CONFIRMED;
        out.gauge(
                "xsan_volume_serving",
                "1 while the owner serves reads and writes.",
                at,
                is(isServing));
    }

    private void resync(ShardStatus.Engine engine, String at) {
        long left = engine.resyncs().stream().mapToLong(ShardStatus.Resync::pagesLeft).sum();
        out.gauge(
                "xsan_volume_resync_left_bytes",
                "What running resyncs have still to copy.",
                at,
                left * PAGE_BYTES);
        out.gauge(
                "xsan_volume_resyncs",
                "Components that are being brought up to date.",
                at,
                engine.resyncs().size());
        out.counter(
                "xsan_volume_resynced_bytes_total",
                "Bytes copied to components to bring them up to date.",
                at,
                engine.load().resyncedPages() * PAGE_BYTES);
    }

    private void scrub(ShardStatus.Engine engine, String at) {
        ShardStatus.Scrub scrub = engine.scrub();
        out.gauge(
                "xsan_volume_scrub_finished_seconds",
                "When all copies were last read and compared, since 1970; 0 for never.",
                at,
                scrub.finishedMillis() / 1_000);
        out.gauge(
                "xsan_volume_scrub_done_bytes",
                "How far the round that runs is; 0 while none does.",
                at,
                scrub.doneBytes());
        out.gauge(
                "xsan_volume_scrub_repaired_pages",
                "Pages that this round, or the last one, has repaired.",
                at,
                scrub.repairedPages());
        out.gauge(
                "xsan_volume_scrub_bad_pages",
                "Pages that this round, or the last one, could not repair.",
                at,
                scrub.badPages());
    }

    private void components(ShardStatus shard) {
        out.gauge(
                "xsan_components",
                "Components that this node holds.",
                "",
                shard.components().size());
        out.gauge(
                "xsan_components_damaged",
                "Components that report damage.",
                "",
                shard.components().stream().filter(c -> c.damaged()).count());
        out.gauge(
                "xsan_components_orphan",
                "Components that the metadata does not know.",
                "",
                shard.components().stream().filter(c -> c.orphan().isPresent()).count());
    }

    private void traffic(ShardTraffic traffic) {
        traffic("peer", traffic.peers());
        traffic("nbd", traffic.nbd());
        out.gauge(
                "xsan_mailbox_depth",
                "Actions of other threads that wait for the shard.",
                "",
                traffic.mailboxDepth());
        out.counter(
                "xsan_mailbox_waits_total",
                "Times that another thread waited because the shard's mailbox was full.",
                "",
                traffic.mailboxWaits());
        out.gauge(
                "xsan_buffers_lent",
                "Buffers of the pool that are in use.",
                "",
                traffic.buffersLent());
    }

    private void traffic(String kind, Traffic of) {
        String at = Exposition.labels("kind", kind);
        out.gauge(
                "xsan_network_connections",
                "Connections: of datanodes and agents (peer), of NBD clients (nbd).",
                at,
                of.connections());
        out.counter(
                "xsan_network_received_bytes_total",
                "Bytes received, without those of TLS.",
                at,
                of.receivedBytes());
        out.counter(
                "xsan_network_sent_bytes_total",
                "Bytes sent, without those of TLS.",
                at,
                of.sentBytes());
    }

    private void log(Map<String, Long> counts) {
        counts.forEach((level, count) ->
                out.counter(
                        "xsan_log_events_total",
                        "Events by level, those left out as repetitions included.",
                        Exposition.labels("level", level),
                        count));
    }

    private void process() {
        Runtime runtime = Runtime.getRuntime();
        out.gauge(
                "xsan_process_heap_bytes",
                "Heap in use.",
                "",
                runtime.totalMemory() - runtime.freeMemory());
        out.gauge("xsan_process_heap_max_bytes", "Heap that may be used.", "", runtime.maxMemory());
        out.gauge(
                "xsan_process_threads",
                "Platform threads.",
                "",
                ManagementFactory.getThreadMXBean().getThreadCount());
        out.gauge(
                "xsan_process_uptime_seconds",
                "Since the process began.",
                "",
                ManagementFactory.getRuntimeMXBean().getUptime() / MILLIS);
        if (ManagementFactory.getOperatingSystemMXBean()
                instanceof com.sun.management.OperatingSystemMXBean system) {
            out.counter(
                    "xsan_process_cpu_seconds_total",
                    "CPU time of the process.",
                    "",
                    system.getProcessCpuTime() / NANOS);
        }
        for (GarbageCollectorMXBean collector : ManagementFactory.getGarbageCollectorMXBeans()) {
            String at = Exposition.labels("collector", collector.getName());
            out.counter(
                    "xsan_process_gc_total",
                    "Garbage collections.",
                    at,
                    collector.getCollectionCount());
            out.counter(
                    "xsan_process_gc_seconds_total",
                    "Time in garbage collections.",
                    at,
                    collector.getCollectionTime() / MILLIS);
        }
    }
}
