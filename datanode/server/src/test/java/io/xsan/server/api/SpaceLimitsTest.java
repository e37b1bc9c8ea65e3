package io.xsan.server.api;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.StatusRuntimeException;
import io.xsan.base.ClusterId;
import io.xsan.base.NodeId;
import io.xsan.base.VolumeId;
import io.xsan.meta.command.Command;
import io.xsan.meta.image.ClusterImage;
import io.xsan.meta.image.NodeRecord;
import io.xsan.meta.image.VolumePolicy;
import io.xsan.protocol.v1.NodeStatus;
import io.xsan.protocol.v1.Store;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class SpaceLimitsTest {
    private static final long GIB = 1L << 30;

    private final Map<Integer, NodeStatus> statuses = new TreeMap<>();
    private final ClusterImage image = image(3);

    private static ClusterImage image(int count) {
        TreeMap<NodeId, NodeRecord> nodes = new TreeMap<>();
        for (int node = 1; node <= count; node++) {
            NodeId id = new NodeId(node);
            String host = "10.0.0." + node;
            nodes.put(id, new NodeRecord(id, 1, 1, host, 7480, "d" + node, 100 * GIB, 1));
        }
        return new ClusterImage(9, new ClusterId(1, 2), 1, nodes, new TreeMap<>(), new TreeMap<>());
    }

    private static Command.CreateVolume creation(int replicas, long sizeBytes) {
        return new Command.CreateVolume(
                new VolumeId(7),
                "v",
                sizeBytes,
                4096,
                new VolumePolicy(replicas, 0, 0),
                new NodeId(1),
                5,
                0);
    }

    private void uses(int node, long percent) {
        Store.Builder store = Store.newBuilder().setUsableBytes(100).setFreeBytes(100 - percent);
        statuses.put(node, NodeStatus.newBuilder().setStore(store).build());
    }

    @Test
    void volumeOnANodeThatIsTooFullIsRefusedWithWhatIsAllowed() {
        uses(1, 10);
        uses(2, 84);
        uses(3, 85);
        assertThatThrownBy(() -> SpaceLimits.check(image, creation(3, GIB), statuses))
                .isInstanceOf(StatusRuntimeException.class)
                .hasMessageContaining("sizeBytes is " + GIB)
                .hasMessageContaining("node 3")
                .hasMessageContaining("uses 85 % of its store")
                .hasMessageContaining("allowed for new volumes: less than 85 %");
    }

    @Test
    void nodesWithRoomAndThoseThatDoNotAnswerAreInNobodysWay() {
        uses(1, 10);
        uses(2, 84);
        assertThatCode(() -> SpaceLimits.check(image, creation(3, GIB), statuses))
                .doesNotThrowAnyException();
    }

    @Test
    void whatTheMetadataRefusesIsLeftToThem() {
        uses(3, 99);
        assertThatCode(() -> SpaceLimits.check(image, creation(4, GIB), statuses))
                .doesNotThrowAnyException();
    }
}
