package io.xsan.server.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.xsan.base.ErrorCode;
import io.xsan.protocol.client.ApiException;
import io.xsan.protocol.v1.RaiseFeatureLevelRequest;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A datanode as an older and a newer program, over a rise of the cluster's feature level. */
class FeatureLevelIT {
    private static final String NEWER = "-Dxsan.feature-level=2";
    private static final RaiseFeatureLevelRequest TO_2 =
            RaiseFeatureLevelRequest.newBuilder().setLevel(2).build();

    @TempDir Path directory;

    @Test
    void olderProgramWorksUntilTheLevelIsRaisedAndRefusesAfterwards() throws Exception {
        try (TestCluster cluster = new TestCluster(directory, 1)) {
            cluster.spawn(1);
            awaitNode(cluster, 1, 1);
            assertThatThrownBy(() -> cluster.admin(1).call(s -> s.raiseFeatureLevel(TO_2)))
                    .isInstanceOf(ApiException.class)
                    .matches(e -> ((ApiException) e).code() == ErrorCode.UNSUPPORTED)
                    .hasMessageContaining("node 1 supports up to 1");

            again(cluster, NEWER);
            awaitNode(cluster, 1, 2);
            again(cluster);
            awaitNode(cluster, 1, 1);
            again(cluster, NEWER);
            awaitNode(cluster, 1, 2);
            cluster.admin(1).call(s -> s.raiseFeatureLevel(TO_2));

            again(cluster);
            assertThat(cluster.awaitEnd(1)).isEqualTo(2);
            assertThat(cluster.logOf(1))
                    .contains("cannot-go-on")
                    .contains("the cluster is at feature level 2, this program knows up to 1");
            again(cluster, NEWER);
            awaitNode(cluster, 2, 2);
        }
    }

    private static void again(TestCluster cluster, String... options) throws Exception {
        cluster.kill(1);
        cluster.spawn(1, json -> {}, options);
    }

    /** Waits until the cluster is at a level, and its node has said what it knows. */
    private static void awaitNode(TestCluster cluster, int level, int known)
            throws InterruptedException {
        TestCluster.await(
                "level " + level + " and a node that knows " + known,
                () -> {
                    try {
                        var status = cluster.status(1);
                        return status.getFeatureLevel() == level
                                && status.getNodesList().stream()
                                        .anyMatch(n -> n.getFeatureLevelMax() == known);
                    } catch (IOException e) {
                        throw new IllegalStateException(e);
                    }
                });
    }
}
