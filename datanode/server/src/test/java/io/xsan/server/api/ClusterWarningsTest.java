package io.xsan.server.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.StatusRuntimeException;
import io.xsan.base.ClusterId;
import io.xsan.base.NodeId;
import io.xsan.meta.image.ClusterImage;
import io.xsan.meta.image.NodeRecord;
import io.xsan.protocol.v1.NodeStatus;
import io.xsan.protocol.v1.Policy;
import io.xsan.protocol.v1.Store;
import io.xsan.server.config.DatanodeConfig;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ClusterWarningsTest {
    private static ClusterImage image(String... domains) {
        TreeMap<NodeId, NodeRecord> nodes = new TreeMap<>();
        for (int node = 1; node <= domains.length; node++) {
            NodeId id = new NodeId(node);
            String host = "10.0.0." + node;
            nodes.put(id, new NodeRecord(id, 1, 1, host, 7480, domains[node - 1], 1 << 30, 1));
        }
        return new ClusterImage(9, new ClusterId(1, 2), 1, nodes, new TreeMap<>(), new TreeMap<>());
    }

    private static List<String> domains(int members, String... domains) {
        return ClusterWarnings.domains(
                image(domains),
                IntStream.rangeClosed(1, members)
                        .mapToObj(n -> new DatanodeConfig.Member(n, "10.0.0." + n, 7480))
                        .toList());
    }

    private static NodeStatus using(long percent) {
        Store.Builder store =
                Store.newBuilder().setUsableBytes(1000).setFreeBytes(1000 - 10 * percent);
        return NodeStatus.newBuilder().setStore(store).build();
    }

    @Test
    void membersInOneFailureDomainAreTold() {
        assertThat(domains(3, "a", "b", "c")).isEmpty();
        assertThat(domains(3, "a", "b", "a"))
                .containsExactly(
                        "members [1, 3] of the metadata group are all in failure domain a: its loss"
                                + " takes so many votes");
    }

    @Test
    void followersMayShareADomain() {
        assertThat(domains(1, "a", "a", "a")).isEmpty();
    }

    @Test
    void storesThatAreNearlyFullAreTold() {
        Map<Integer, NodeStatus> statuses = new TreeMap<>();
        statuses.put(1, using(74));
        statuses.put(2, using(75));
        statuses.put(3, using(85));
        statuses.put(4, using(95));
        statuses.put(5, NodeStatus.getDefaultInstance());
        assertThat(ClusterWarnings.space(statuses))
                .containsExactly(
                        "node 2 uses 75 % of its store: warned from 75 % on",
                        "node 3 uses 85 % of its store: from 85 % on no new volumes are placed on"
                                + " it",
                        "node 4 uses 95 % of its store: writes that need space are refused");
    }

    @Test
    void durabilityIsSyncOrRefused() {
        VolumeShape.checkDurability(Policy.newBuilder().setDurability("sync").build());
        VolumeShape.checkDurability(Policy.getDefaultInstance());
        Policy flush = Policy.newBuilder().setDurability("flush").build();
        assertThatThrownBy(() -> VolumeShape.checkDurability(flush))
                .isInstanceOf(StatusRuntimeException.class)
                .hasMessageContaining("durability is 'flush', allowed is sync");
    }
}
