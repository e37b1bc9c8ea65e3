package io.xsan.csi.controller;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the answers of an API server mean; TLS and access are the business of a real one. */
class KubernetesHostsTest {
    private static final Map<String, Integer> ANSWERS =
            Map.of("/api/v1/nodes/worker", 200, "/api/v1/nodes/gone", 404);

    @TempDir private Path account;

    @Test
    void nodeIsThereWhereTheApiServerSaysSo() throws IOException {
        HttpServer server =
                HttpServer.create(new InetSocketAddress(InetAddress.getByName("127.17.0.1"), 0), 0);
        server.createContext(
                "/",
                exchange -> {
                    boolean isKnown =
                            "Bearer secret"
                                    .equals(exchange.getRequestHeaders().getFirst("Authorization"));
                    String path = exchange.getRequestURI().getPath();
                    exchange.sendResponseHeaders(
                            isKnown ? ANSWERS.getOrDefault(path, 500) : 401, -1);
                    exchange.close();
                });
        server.start();
        try {
            Files.writeString(account.resolve("token"), "secret\n");
            Files.writeString(account.resolve("ca.crt"), "");
            KubernetesHosts hosts =
                    KubernetesHosts.at(
                            URI.create("http://127.17.0.1:" + server.getAddress().getPort()),
                            account);

            assertThat(hosts.exists("worker")).isTrue();
            assertThat(hosts.exists("gone")).isFalse();
            assertThatThrownBy(() -> hosts.exists("odd")).hasMessageContaining("answered 500");
        } finally {
            server.stop(0);
        }
    }
}
