package io.xsan.csi.kubelet;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Executors;
import java.util.function.BooleanSupplier;

/**
 * Answers the kubelet's probes over HTTP: {@code /healthz} as long as the process serves, {@code
 * /readyz} with 503 while what it depends on does not answer.
 */
public final class HealthServer implements AutoCloseable {
    private static final int OK = 200;
    private static final int NOT_FOUND = 404;
    private static final int UNAVAILABLE = 503;

    private final HttpServer server;

    /**
     * Serves from now on, on all addresses of the pod.
     *
     * @throws IOException if the port is taken
     */
    public HealthServer(int port, BooleanSupplier ready) throws IOException {
        server = HttpServer.create(new InetSocketAddress(port), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", exchange -> answer(exchange, NOT_FOUND, "there is nothing"));
        server.createContext("/healthz", exchange -> answer(exchange, OK, "ok"));
        server.createContext(
                "/readyz",
                exchange -> {
                    boolean isReady = ready.getAsBoolean();
                    answer(exchange, isReady ? OK : UNAVAILABLE, isReady ? "ok" : "not ready");
                });
        server.start();
    }

    /** The port that is served. */
    int port() {
        return server.getAddress().getPort();
    }

    private static void answer(HttpExchange exchange, int status, String text) throws IOException {
        try (exchange) {
            byte[] body = (text + "\n").getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(status, body.length);
            exchange.getResponseBody().write(body);
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
