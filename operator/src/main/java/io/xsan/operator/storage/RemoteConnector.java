package io.xsan.operator.storage;

import io.xsan.operator.identity.Certificates;
import io.xsan.protocol.client.ClientConfig;
import io.xsan.protocol.client.XsanClient;
import io.xsan.protocol.client.authority.PemPair;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Keeps one client with a certificate of its own, and makes another when the addresses or the
 * authority change, and long before the certificate ends.
 */
public final class RemoteConnector implements StorageConnector, AutoCloseable {
    private static final long TIMEOUT_MILLIS = 5_000;
    private static final Duration AGE_MAX = Duration.ofDays(100);

    private final InstantSource clock;
    private @Nullable Connection connection;

    private record Connection(String of, Instant since, XsanClient client) {}

    /** Makes certificates by the time of {@code clock}. */
    public RemoteConnector(InstantSource clock) {
        this.clock = clock;
    }

    @Override
    public synchronized Storage connect(
            String clusterId, List<String> endpoints, Certificates certificates) {
        String of = clusterId + endpoints + certificates.authorityCertificate();
        Connection present = connection;
        Instant now = clock.instant();
        if (present == null
                || !present.of.equals(of)
                || present.since.plus(AGE_MAX).isBefore(now)) {
            close();
            present = new Connection(of, now, client(endpoints, certificates));
            connection = present;
        }
        return new RemoteStorage(present.client);
    }

    private static XsanClient client(List<String> endpoints, Certificates certificates) {
        try {
            Path directory = Files.createTempDirectory("xsan");
            PemPair own = certificates.forThisProcess();
            own.write(directory, "admin");
            Path authority = directory.resolve("ca.crt");
            Files.writeString(authority, certificates.authorityCertificate());
            return new XsanClient(
                    new ClientConfig(
                            endpoints,
                            authority,
                            directory.resolve("admin.crt"),
                            directory.resolve("admin.key")),
                    TIMEOUT_MILLIS);
        } catch (IOException e) {
            throw new UncheckedIOException("the client of the cluster could not be made", e);
        }
    }

    @Override
    public synchronized void close() {
        Connection present = connection;
        if (present != null) {
            present.client.close();
            connection = null;
        }
    }
}
