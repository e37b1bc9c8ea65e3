package io.xsan.server.node;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.xsan.engine.ShardStatus;
import io.xsan.server.api.NodeView;
import io.xsan.server.config.DatanodeConfig;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Executors;
import java.util.function.BooleanSupplier;

/**
 * Health and metrics over HTTP on loopback: {@code /healthz} (the process serves), {@code /readyz}
 * (it is registered), {@code /metrics} (Prometheus text).
 */
final class HealthServer implements AutoCloseable {
    private final HttpServer server;
    private final NodeView node;

    HealthServer(NodeView node, BooleanSupplier isReady) throws IOException {
        this.node = node;
        server = HttpServer.create(address(node.config().cluster()), 16);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/healthz", exchange -> answer(exchange, 200, "ok\n"));
        server.createContext(
                "/readyz",
                exchange -> {
                    boolean ready = isReady.getAsBoolean();
                    answer(exchange, ready ? 200 : 503, ready ? "ready\n" : "starting\n");
                });
        server.createContext("/metrics", exchange -> answer(exchange, 200, metrics()));
        server.start();
    }

    /** The node's own address where that is of loopback, else 127.0.0.1: this port has no TLS. */
    private static InetSocketAddress address(DatanodeConfig.Cluster cluster) {
        InetSocketAddress own = cluster.address(DatanodeConfig.Port.HEALTH);
        return own.getAddress() != null && own.getAddress().isLoopbackAddress()
                ? own
                : new InetSocketAddress(InetAddress.getLoopbackAddress(), own.getPort());
    }

    private static void answer(HttpExchange exchange, int code, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "text/plain; version=0.0.4");
        exchange.sendResponseHeaders(code, bytes.length);
        try (OutputStream out = exchange.getResponseBody()) {
            out.write(bytes);
        }
    }

    private String metrics() {
        ShardStatus status = node.shardStatus();
        StringBuilder text = new StringBuilder();
        gauge(text, "xsan_store_usable_bytes", status.store().usableBytes());
        gauge(text, "xsan_store_free_bytes", status.store().freeBytes());
        gauge(text, "xsan_store_live_bytes", status.store().liveBytes());
        gauge(text, "xsan_store_client_written_bytes_total", status.store().clientBytesWritten());
        gauge(text, "xsan_store_device_written_bytes_total", status.store().deviceBytesWritten());
        gauge(text, "xsan_store_syncs_total", status.store().syncs());
        gauge(text, "xsan_metadata_index", node.image().index());
        gauge(text, "xsan_lease_held", node.hasLease() ? 1 : 0);
        for (ShardStatus.Engine engine : status.engines()) {
            String volume = "{volume=\"" + String.format("%016x", engine.volume()) + "\"}";
            gauge(text, "xsan_volume_reads_total" + volume, engine.reads());
            gauge(text, "xsan_volume_writes_total" + volume, engine.writes());
            gauge(text, "xsan_volume_read_bytes_total" + volume, engine.readBytes());
            gauge(text, "xsan_volume_written_bytes_total" + volume, engine.writtenBytes());
            long left = engine.resyncs().stream().mapToLong(ShardStatus.Resync::pagesLeft).sum();
            gauge(text, "xsan_volume_resync_pages_left" + volume, left);
        }
        return text.toString();
    }

    private static void gauge(StringBuilder text, String name, long value) {
        text.append(name).append(' ').append(value).append('\n');
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
