package io.xsan.csi.controller;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * The nodes of the Kubernetes cluster that this process runs in, asked of its API server with the
 * token of the pod's service account, which needs the verb {@code get} on {@code nodes}.
 */
public final class KubernetesHosts implements Hosts {
    private static final Path ACCOUNT = Path.of("/var/run/secrets/kubernetes.io/serviceaccount");
    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final int OK = 200;
    private static final int NOT_FOUND = 404;

    private final URI server;
    private final Path token;
    private final HttpClient client;

    private KubernetesHosts(URI server, Path account) throws IOException {
        this.server = server;
        token = account.resolve("token");
        client =
                HttpClient.newBuilder()
                        .connectTimeout(TIMEOUT)
                        .sslContext(trusting(account.resolve("ca.crt")))
                        .build();
    }

    /**
     * The API server that pods find in their environment.
     *
     * @throws IOException if this is no pod, or it has no service account
     */
    public static KubernetesHosts ofThisPod() throws IOException {
        String host = System.getenv("KUBERNETES_SERVICE_HOST");
        String port = System.getenv("KUBERNETES_SERVICE_PORT");
        if (host == null || port == null) {
            throw new IOException(
                    "KUBERNETES_SERVICE_HOST is not set, so this is no pod; name the hosts with"
                            + " --hosts");
        }
        String address = host.contains(":") ? "[" + host + "]" : host;
        return new KubernetesHosts(URI.create("https://" + address + ":" + port), ACCOUNT);
    }

    /** An API server, with {@code token} and {@code ca.crt} in {@code account}. */
    static KubernetesHosts at(URI server, Path account) throws IOException {
        return new KubernetesHosts(server, account);
    }

    @Override
    public boolean exists(String host) throws IOException {
        String name = URLEncoder.encode(host, StandardCharsets.UTF_8);
        HttpRequest request =
                HttpRequest.newBuilder(server.resolve("/api/v1/nodes/" + name))
                        .timeout(TIMEOUT)
                        // Read each time: the kubelet renews it.
                        .header("Authorization", "Bearer " + Files.readString(token).strip())
                        .build();
        int status = status(request);
        if (status != OK && status != NOT_FOUND) {
            throw new IOException("the API server answered " + status + " for node " + host);
        }
        return status == OK;
    }

    private int status(HttpRequest request) throws IOException {
        try {
            return client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while the API server was asked", e);
        }
    }

    private static SSLContext trusting(Path authority) throws IOException {
        try (InputStream pem = Files.newInputStream(authority)) {
            KeyStore trusted = KeyStore.getInstance("PKCS12");
            trusted.load(null, null);
            int number = 0;
            for (Certificate certificate :
                    CertificateFactory.getInstance("X.509").generateCertificates(pem)) {
                trusted.setCertificateEntry("authority" + number++, certificate);
            }
            TrustManagerFactory trust =
                    TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(trusted);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), new SecureRandom());
            return context;
        } catch (GeneralSecurityException e) {
            throw new IOException(authority + ": not usable as an authority", e);
        }
    }
}
