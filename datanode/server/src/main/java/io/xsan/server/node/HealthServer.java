package io.xsan.server.node;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.xsan.server.api.NodeView;
import io.xsan.server.config.DatanodeConfig;
import io.xsan.server.metrics.NodeMetrics;
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

    HealthServer(NodeView node, BooleanSupplier isReady) throws IOException {
        server = HttpServer.create(address(node.config().cluster()), 16);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/healthz", exchange -> answer(exchange, 200, "ok\n"));
        server.createContext(
                "/readyz",
                exchange -> {
                    boolean ready = isReady.getAsBoolean();
                    answer(exchange, ready ? 200 : 503, ready ? "ready\n" : "starting\n");
                });
        server.createContext("/metrics", exchange -> answer(exchange, 200, NodeMetrics.text(node)));
        server.start();
    }

    /** The node's own address where that is of loopback, else 127.0.0.1: this port has no TLS. */
    static InetSocketAddress address(DatanodeConfig.Cluster cluster) {
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

    @Override
    public void close() {
        server.stop(0);
    }
}
