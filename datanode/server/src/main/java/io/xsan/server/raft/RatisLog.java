package io.xsan.server.raft;

import io.xsan.base.ClusterId;
import io.xsan.base.log.Log;
import io.xsan.base.seam.Clock;
import io.xsan.engine.EngineLimits;
import io.xsan.meta.MetaStateMachine;
import io.xsan.meta.image.ClusterImage;
import io.xsan.meta.lease.LeaseAnswer;
import io.xsan.meta.lease.LeaseConfig;
import io.xsan.meta.takeover.TakeoverPolicy;
import io.xsan.server.config.DatanodeConfig;
import io.xsan.server.rocksdb.RocksKvStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.ratis.client.RaftClient;
import org.apache.ratis.conf.Parameters;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.grpc.GrpcConfigKeys;
import org.apache.ratis.grpc.GrpcTlsConfig;
import org.apache.ratis.proto.RaftProtos.RoleInfoProto;
import org.apache.ratis.proto.RaftProtos.ServerRpcProto;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftGroup;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.protocol.exceptions.StateMachineException;
import org.apache.ratis.retry.RetryPolicies;
import org.apache.ratis.server.DivisionInfo;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.RaftServerConfigKeys;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.apache.ratis.util.TimeDuration;

/**
 * The metadata group as seen from one of its members: the consensus seam over Apache Ratis. The log
 * is synced before an entry counts; everything that was answered as applied survives.
 */
public final class RatisLog implements MetadataGroup {
    private static final int PAUSE_MILLIS = 100;

    /**
     * A proposal has its outcome by then: longer than an election takes, after which it is sent
     * again.
     */
    private static final int ANSWER_MILLIS = 3_000;

    private final Leases leases;
    private final MetaLog machine;
    private final RocksKvStore store;
    private final RaftServer server;
    private final RaftClient client;
    private final RaftGroup group;
    private final int electionTimeoutMillis;
    private final TakeoverDriver takeovers;
    private final Proposals proposals = new Proposals(ANSWER_MILLIS);
    private volatile boolean isGivingUp;

    /** Who the member is, and where it keeps its log. */
    public record Setup(
            ClusterId cluster,
            int node,
            List<DatanodeConfig.Member> members,
            Path directory,
            int electionTimeoutMillis,
            GrpcTlsConfig tls) {}

    /**
     * Starts the member: its port is open on return, a leader may not be known yet. The state is in
     * {@code store}, which is closed with this. Every image goes to {@code listener}, on the thread
     * that applies.
     *
     * @throws IOException if the log cannot be opened or the port is taken
     */
    public RatisLog(
            Setup setup, RocksKvStore store, Consumer<ClusterImage> listener, Clock clock, Log log)
            throws IOException {
        this.leases = new Leases(clock);
        this.store = store;
        MetaStateMachine state =
                new MetaStateMachine(
                        store,
                        image -> {
                            leases.onImage(image);
                            listener.accept(image);
                        });
        this.machine = new MetaLog(state, leases, proposals::onLeaderChanged, log);
        this.electionTimeoutMillis = setup.electionTimeoutMillis();
        this.group = group(setup);
        RaftProperties properties = properties(setup);
        Parameters parameters = new Parameters();
        GrpcConfigKeys.TLS.setConf(parameters, setup.tls());
        GrpcConfigKeys.Server.setTlsConf(parameters, setup.tls());
        GrpcConfigKeys.Client.setTlsConf(parameters, setup.tls());
        GrpcConfigKeys.Admin.setTlsConf(parameters, setup.tls());
        Files.createDirectories(setup.directory());
        boolean isKnown =
                Files.isDirectory(
                        setup.directory().resolve(group.getGroupId().getUuid().toString()));
        server =
                RaftServer.newBuilder()
                        .setServerId(RaftPeerId.valueOf(Integer.toString(setup.node())))
                        .setGroup(group)
                        .setStateMachine(this.machine)
                        .setProperties(properties)
                        .setParameters(parameters)
                        .setOption(
                                isKnown
                                        ? RaftStorage.StartupOption.RECOVER
                                        : RaftStorage.StartupOption.FORMAT)
                        .build();
        server.start();
        client = client(properties, parameters);
        TakeoverPolicy policy =
                new TakeoverPolicy(
                        EngineLimits.DEFAULT.startWaitNanos(),
                        2 * LeaseConfig.DEFAULT.renewEveryNanos());
        takeovers = new TakeoverDriver(() -> leases.plan(policy), this::isConfirmed, this, log);
        takeovers.start();
    }

    private RaftClient client(RaftProperties properties, Parameters parameters) {
        return RaftClient.newBuilder()
                .setProperties(properties)
                .setParameters(parameters)
                .setRaftGroup(group)
                .setRetryPolicy(
                        RetryPolicies.retryUpToMaximumCountWithFixedSleep(
                                ANSWER_MILLIS / PAUSE_MILLIS, millis(PAUSE_MILLIS)))
                .build();
    }

    private static RaftGroup group(Setup setup) {
        List<RaftPeer> peers = new ArrayList<>();
        for (DatanodeConfig.Member member : setup.members()) {
            peers.add(
                    RaftPeer.newBuilder()
                            .setId(Integer.toString(member.nodeId()))
                            .setAddress(
                                    member.host()
                                            + ":"
                                            + (member.port() + DatanodeConfig.Port.RAFT.offset()))
                            .build());
        }
        UUID id = new UUID(setup.cluster().high(), setup.cluster().low());
        return RaftGroup.valueOf(RaftGroupId.valueOf(id), peers);
    }

    private static RaftProperties properties(Setup setup) {
        RaftProperties properties = new RaftProperties();
        DatanodeConfig.Member self =
                setup.members().stream()
                        .filter(m -> m.nodeId() == setup.node())
                        .findFirst()
                        .orElseThrow();
        GrpcConfigKeys.Server.setHost(properties, self.host());
        GrpcConfigKeys.Server.setPort(properties, self.port() + DatanodeConfig.Port.RAFT.offset());
        RaftServerConfigKeys.setStorageDir(properties, List.of(setup.directory().toFile()));
        TimeDuration timeout = millis(setup.electionTimeoutMillis());
        RaftServerConfigKeys.Rpc.setTimeoutMin(properties, timeout);
        RaftServerConfigKeys.Rpc.setTimeoutMax(
                properties, millis(setup.electionTimeoutMillis() * 3 / 2));
        RaftServerConfigKeys.Rpc.setFirstElectionTimeoutMin(properties, millis(300));
        RaftServerConfigKeys.Rpc.setFirstElectionTimeoutMax(properties, millis(600));
        RaftServerConfigKeys.Snapshot.setAutoTriggerEnabled(properties, false);
        return properties;
    }

    private static TimeDuration millis(int millis) {
        return TimeDuration.valueOf(millis, TimeUnit.MILLISECONDS);
    }

    /** Each proposal waits on a thread of its own: an ordered client ends at its first failure. */
    @Override
    public void propose(byte[] command, Callback callback) {
        proposals.propose(command, this::send, callback);
    }

    private Outcome send(byte[] command) {
        try {
            RaftClientReply reply = client.io().send(Message.valueOf(ByteString.copyFrom(command)));
            if (reply.isSuccess()) {
                byte[] result = reply.getMessage().getContent().toByteArray();
                return new Outcome.Applied(reply.getLogIndex(), result);
            }
            return outcome(reply.getException());
        } catch (IOException e) {
            return outcome(e);
        }
    }

    private static Outcome outcome(Exception failure) {
        String reason = String.valueOf(failure.getMessage());
        return failure instanceof StateMachineException
                ? new Outcome.NotReady(reason)
                : new Outcome.MaybeApplied(reason);
    }

    @Override
    public int leaderNode() {
        try {
            RaftPeerId leader = server.getDivision(group.getGroupId()).getInfo().getLeaderId();
            return leader == null ? 0 : Integer.parseInt(leader.toString());
        } catch (IOException e) {
            return 0;
        }
    }

    @Override
    public List<DatanodeConfig.Member> members() {
        try {
            return server.getDivision(group.getGroupId()).getRaftConf().getCurrentPeers().stream()
                    .map(RatisLog::member)
                    .sorted(Comparator.comparingInt(DatanodeConfig.Member::nodeId))
                    .toList();
        } catch (IOException e) {
            return List.of();
        }
    }

    private static DatanodeConfig.Member member(RaftPeer peer) {
        String address = peer.getAddress();
        int colon = address.lastIndexOf(':');
        return new DatanodeConfig.Member(
                Integer.parseInt(peer.getId().toString()),
                address.substring(0, colon),
                Integer.parseInt(address.substring(colon + 1)) - DatanodeConfig.Port.RAFT.offset());
    }

    @Override
    public LeaseAnswer renewLease(int node, long incarnation, long followedIndex) {
        return leases.renew(node, incarnation, followedIndex, !isGivingUp && isConfirmed());
    }

    /** True if a majority has answered this leader within less than half an election timeout. */
    private boolean isConfirmed() {
        try {
            DivisionInfo info = server.getDivision(group.getGroupId()).getInfo();
            if (!info.isLeader() || !info.isLeaderReady()) {
                return false;
            }
            RoleInfoProto role = info.getRoleInfoProto();
            int confirmed = 1;
            for (ServerRpcProto follower : role.getLeaderInfo().getFollowerInfoList()) {
                confirmed += follower.getLastRpcElapsedTimeMs() < electionTimeoutMillis / 2 ? 1 : 0;
            }
            return confirmed > group.getPeers().size() / 2;
        } catch (IOException e) {
            return false;
        }
    }

    @Override
    public boolean giveUpLead(int successor, long timeoutMillis) {
        // Followers that vote at once do not wait until the leases given here have run out.
        isGivingUp = true;
        try {
            return client.admin()
                    .transferLeadership(
                            RaftPeerId.valueOf(Integer.toString(successor)), timeoutMillis)
                    .isSuccess();
        } catch (IOException e) {
            return false;
        }
    }

    @Override
    public void close() throws IOException {
        takeovers.close();
        proposals.close();
        client.close();
        server.close();
        store.close();
    }
}
