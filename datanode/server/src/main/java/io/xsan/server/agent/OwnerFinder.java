package io.xsan.server.agent;

import io.xsan.base.ErrorCode;
import io.xsan.base.VolumeId;
import io.xsan.protocol.client.ApiException;
import io.xsan.protocol.client.ClientConfig;
import io.xsan.protocol.client.XsanClient;
import io.xsan.protocol.v1.VolumeOwner;
import io.xsan.protocol.v1.VolumeRef;
import io.xsan.server.config.AgentConfig;
import io.xsan.server.net.OwnerConnection.Place;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * Asks datanodes who owns a volume, one after the other until one says. A datanode that is cut off
 * may say what was true once: after each connection that failed another one is asked first.
 */
final class OwnerFinder implements AutoCloseable {
    private static final long TIMEOUT_MILLIS = 2_000;

    private final List<XsanClient> datanodes = new ArrayList<>();
    private final AtomicInteger first = new AtomicInteger();

    /**
     * Knows the endpoints of {@code config}.
     *
     * @throws IOException if a PEM file cannot be used
     */
    OwnerFinder(AgentConfig config) throws IOException {
        for (String endpoint : config.cluster().endpoints()) {
            datanodes.add(
                    new XsanClient(
                            new ClientConfig(
                                    List.of(endpoint),
                                    config.tls().authority(),
                                    config.tls().certificate(),
                                    config.tls().key()),
                            TIMEOUT_MILLIS));
        }
    }

    /**
     * Asks on a thread of its own, and calls {@code answer} there: empty if no datanode says.
     * {@code previous}: why the last connection ended.
     */
    void find(VolumeId volume, ErrorCode previous, Consumer<Optional<Place>> answer) {
        int start = previous == ErrorCode.OK ? first.get() : first.incrementAndGet();
        Thread.ofVirtual().name("xsan-find-owner").start(() -> answer.accept(ask(volume, start)));
    }

    private Optional<Place> ask(VolumeId volume, int start) {
        VolumeRef wanted = VolumeRef.newBuilder().setId(volume.toString()).build();
        for (int i = 0; i < datanodes.size(); i++) {
            XsanClient datanode = datanodes.get(Math.floorMod(start + i, datanodes.size()));
            try {
                VolumeOwner owner = datanode.call(s -> s.findOwner(wanted));
                InetSocketAddress address =
                        new InetSocketAddress(owner.getHost(), owner.getBasePort());
                return Optional.of(new Place(owner.getNode(), address));
            } catch (ApiException e) {
                // Unreachable, or its image lacks the volume: the next one may know.
                continue;
            }
        }
        return Optional.empty();
    }

    @Override
    public void close() {
        datanodes.forEach(XsanClient::close);
    }
}
