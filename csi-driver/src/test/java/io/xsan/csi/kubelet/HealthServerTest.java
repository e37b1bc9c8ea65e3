package io.xsan.csi.kubelet;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class HealthServerTest {
    @Test
    void processIsAliveAlsoWhenItIsNotReady() throws IOException, InterruptedException {
        AtomicBoolean ready = new AtomicBoolean();
        try (HealthServer server = new HealthServer(0, ready::get)) {
            assertThat(status(server, "/healthz")).isEqualTo(200);
            assertThat(status(server, "/readyz")).isEqualTo(503);

            ready.set(true);

            assertThat(status(server, "/readyz")).isEqualTo(200);
            assertThat(status(server, "/else")).isEqualTo(404);
        }
    }

    private static int status(HealthServer server, String path)
            throws IOException, InterruptedException {
        URI uri = URI.create("http://127.0.0.1:" + server.port() + path);
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(
                            HttpRequest.newBuilder(uri).build(),
                            HttpResponse.BodyHandlers.discarding())
                    .statusCode();
        }
    }
}
