package io.xsan.server.raft;

import io.xsan.base.ClusterId;
import io.xsan.server.config.DatanodeConfig;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.conf.Parameters;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.grpc.GrpcConfigKeys;
import org.apache.ratis.grpc.GrpcTlsConfig;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.server.RaftServerConfigKeys;
import org.apache.ratis.util.SizeInBytes;
import org.apache.ratis.util.TimeDuration;

/** What Ratis is told of this cluster and node. */
final class RaftSettings {
    /** Entries that stay in the log behind a checkpoint, for members that lag a little. */
    private static final int PURGE_GAP = 1;

    /** Threads of the Raft port. */
    private static final int WORKERS = 4;

    private RaftSettings() {}

    static RaftGroupId groupId(ClusterId cluster) {
        return RaftGroupId.valueOf(new UUID(cluster.high(), cluster.low()));
    }

    static RaftPeer peer(String id, DatanodeConfig.Member member) {
        int port = member.port() + DatanodeConfig.Port.RAFT.offset();
        return RaftPeer.newBuilder().setId(id).setAddress(member.host() + ":" + port).build();
    }

    /** The member that a peer is: its id is the node's number, or that and the name of a life. */
    static DatanodeConfig.Member member(RaftPeer peer) {
        String address = peer.getAddress();
        int colon = address.lastIndexOf(':');
        int port = Integer.parseInt(address.substring(colon + 1));
        return new DatanodeConfig.Member(
                node(peer.getId().toString()),
                address.substring(0, colon),
                port - DatanodeConfig.Port.RAFT.offset());
    }

    /** The node that a peer id names. */
    static int node(String peerId) {
        int dash = peerId.indexOf('-');
        return Integer.parseInt(dash < 0 ? peerId : peerId.substring(0, dash));
    }

    static Parameters parameters(GrpcTlsConfig tls, int connectionsMax) {
        Parameters parameters = new Parameters();
        GrpcConfigKeys.TLS.setConf(parameters, tls);
        GrpcConfigKeys.Server.setTlsConf(parameters, tls);
        GrpcConfigKeys.Client.setTlsConf(parameters, tls);
        GrpcConfigKeys.Admin.setTlsConf(parameters, tls);
        GrpcConfigKeys.Server.setServicesCustomizer(
                parameters,
                (port, _) -> port.channelFactory(() -> new RaftConnections(connectionsMax)));
        return parameters;
    }

    static RaftProperties properties(RatisLog.Setup setup) {
        RaftProperties properties = new RaftProperties();
        GrpcConfigKeys.Server.setHost(properties, setup.self().host());
        GrpcConfigKeys.Server.setPort(
                properties, setup.self().port() + DatanodeConfig.Port.RAFT.offset());
        // RaftConnections is a channel of Java's selectors.
        GrpcConfigKeys.setUseEpoll(properties, false);
        GrpcConfigKeys.Server.setBossGroupSize(properties, 1);
        GrpcConfigKeys.Server.setWorkerGroupSize(properties, WORKERS);
        RaftServerConfigKeys.setStorageDir(properties, List.of(setup.directory().toFile()));
        RaftServerConfigKeys.Rpc.setTimeoutMin(properties, millis(setup.electionTimeoutMillis()));
        RaftServerConfigKeys.Rpc.setTimeoutMax(
                properties, millis(setup.electionTimeoutMillis() * 3 / 2));
        RaftServerConfigKeys.Rpc.setFirstElectionTimeoutMin(properties, millis(300));
        RaftServerConfigKeys.Rpc.setFirstElectionTimeoutMax(properties, millis(600));
        DatanodeConfig.Metadata metadata = setup.metadata();
        RaftServerConfigKeys.Snapshot.setAutoTriggerEnabled(properties, true);
        RaftServerConfigKeys.Snapshot.setAutoTriggerThreshold(
                properties, metadata.checkpointEntries());
        RaftServerConfigKeys.Snapshot.setCreationGap(properties, 1);
        RaftServerConfigKeys.Log.setSegmentSizeMax(
                properties, SizeInBytes.valueOf(metadata.logSegmentBytes()));
        RaftServerConfigKeys.Log.setPurgeUptoSnapshotIndex(properties, true);
        RaftServerConfigKeys.Log.setPurgeGap(properties, PURGE_GAP);
        return properties;
    }

    private static TimeDuration millis(int millis) {
        return TimeDuration.valueOf(millis, TimeUnit.MILLISECONDS);
    }
}
