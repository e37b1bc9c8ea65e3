package io.xsan.server.node;

import io.xsan.base.log.Log;
import io.xsan.base.seam.Clock;
import io.xsan.meta.image.ClusterImage;
import io.xsan.server.config.DatanodeConfig;
import io.xsan.server.discovery.Discoveries;
import io.xsan.server.follow.FollowerLog;
import io.xsan.server.raft.MetadataGroup;
import io.xsan.server.raft.RatisLog;
import io.xsan.server.rocksdb.RocksKvStore;
import io.xsan.server.tls.TlsContexts;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Consumer;

/** How a datanode takes part in the metadata: as a member of its group, or by following it. */
final class Membership {
    private Membership() {}

    /** Takes part as the configuration says; images go to {@code listener} from now on. */
    static MetadataGroup open(
            DatanodeConfig config, Consumer<ClusterImage> listener, Clock clock, Log log)
            throws IOException {
        Path data = config.cluster().dataDir();
        if (!config.isMember()) {
            FollowerLog follower = new FollowerLog(following(config, log), listener);
            follower.start();
            return follower;
        }
        return new RatisLog(
                new RatisLog.Setup(
                        config.cluster().clusterId(),
                        config.cluster().nodeId(),
                        config.members(),
                        data.resolve("raft"),
                        config.network().electionTimeoutMillis(),
                        TlsContexts.raft(config.tls())),
                new RocksKvStore(data.resolve("metadata")),
                listener,
                clock,
                log);
    }

    private static FollowerLog.Setup following(DatanodeConfig config, Log log) {
        DatanodeConfig.Cluster self = config.cluster();
        return new FollowerLog.Setup(
                self.clusterId(),
                new DatanodeConfig.Member(self.nodeId(), self.bindIp(), self.bindPort()),
                config.tls(),
                self.dataDir(),
                Discoveries.of(config, log),
                log);
    }
}
