package io.xsan.server.api;

import io.xsan.base.ErrorCode;
import io.xsan.meta.heartbeat.HeardNode;
import io.xsan.meta.image.ClusterImage;
import io.xsan.meta.image.NodeRecord;
import io.xsan.protocol.client.ApiException;
import io.xsan.protocol.client.ClientConfig;
import io.xsan.protocol.client.XsanClient;
import io.xsan.protocol.v1.GetNodeStatusRequest;
import io.xsan.protocol.v1.NodeStatus;
import io.xsan.server.config.DatanodeConfig;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** The control APIs of the other datanodes, called as a node of the cluster. Any thread. */
public final class Peers implements AutoCloseable {
    private static final long TIMEOUT_MILLIS = 1_500;

    private final NodeView node;
    private final Map<String, XsanClient> clients = new ConcurrentHashMap<>();

    /** The peers of {@code node}. */
    public Peers(NodeView node) {
        this.node = node;
    }

    /** A client of the node with that number; throws if it is not known. */
    public XsanClient client(int number) {
        NodeRecord record =
                node.image().nodes().values().stream()
                        .filter(n -> n.id().value() == number)
                        .findFirst()
                        .orElseThrow();
        String endpoint =
                record.host() + ":" + (record.basePort() + DatanodeConfig.Port.API.offset());
        return clients.computeIfAbsent(endpoint, this::connect);
    }

    /** As {@link #client}; an unknown node is an error of the API. */
    XsanClient known(int number) {
        try {
            return client(number);
        } catch (NoSuchElementException e) {
            throw ApiErrors.of(
                    ErrorCode.NOT_FOUND,
                    "node is " + number + ", allowed is a node that has registered");
        }
    }

    private XsanClient connect(String endpoint) {
        DatanodeConfig.Tls tls = node.config().tls();
        try {
            return new XsanClient(
                    new ClientConfig(
                            List.of(endpoint), tls.authority(), tls.certificate(), tls.key()),
                    TIMEOUT_MILLIS);
        } catch (IOException e) {
            throw new IllegalStateException("PEM files were readable at start", e);
        }
    }

    /** The status of every node that answers, by number; all are asked at once. */
    Map<Integer, NodeStatus> statuses(ClusterImage image) {
        Map<Integer, NodeStatus> found = new ConcurrentSkipListMap<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (NodeRecord record : image.nodes().values()) {
                int number = record.id().value();
                HeardNode heard = node.heard().get(record.id());
                if (heard != null && heard.isSilent()) {
                    continue; // It would only be waited for.
                }
                threads.execute(() -> ask(number, found));
            }
        }
        return new TreeMap<>(found);
    }

    private void ask(int number, Map<Integer, NodeStatus> found) {
        if (number == node.config().cluster().nodeId()) {
            found.put(number, Protos.nodeStatus(node));
            return;
        }
        try {
            GetNodeStatusRequest request = GetNodeStatusRequest.getDefaultInstance();
            found.put(number, client(number).call(s -> s.getNodeStatus(request)));
        } catch (ApiException e) {
            // Shown as unreachable: that is the answer.
            found.remove(number);
        }
    }

    @Override
    public void close() {
        clients.values().forEach(XsanClient::close);
    }
}
