package io.xsan.server.raft;

import io.xsan.base.ClusterId;
import io.xsan.base.ErrorCode;
import io.xsan.base.Refusal;
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
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.ratis.client.RaftClient;
import org.apache.ratis.conf.Parameters;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.grpc.GrpcTlsConfig;
import org.apache.ratis.proto.RaftProtos.RoleInfoProto;
import org.apache.ratis.proto.RaftProtos.ServerRpcProto;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftGroup;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.protocol.SetConfigurationRequest;
import org.apache.ratis.protocol.exceptions.StateMachineException;
import org.apache.ratis.retry.RetryPolicies;
import org.apache.ratis.server.DivisionInfo;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.apache.ratis.util.TimeDuration;
import org.jspecify.annotations.Nullable;

/**
 * The metadata group as seen from one of its members: the consensus seam over Apache Ratis. The log
 * is synced before an entry counts; everything that was answered as applied survives.
 *
 * <pre>
 *   NEW --recover (a log is here)-------------> member, under the id it had
 *       --form (nobody has formed the cluster)-> member, id NODE
 *       --join (it lost its log)---------------> member, id NODE-LIFE, in place of what it was
 * </pre>
 *
 * A member that lost its log has forgotten whom it voted for: under the old id it could vote twice.
 */
public final class RatisLog implements MetadataGroup {
    private static final int PAUSE_MILLIS = 100;

    /**
     * A proposal has its outcome by then: longer than an election takes, after which it is sent
     * again.
     */
    private static final int ANSWER_MILLIS = 3_000;

    /** Who the member is, where it keeps its log, and which members the cluster begins with. */
    public record Setup(
            ClusterId cluster,
            DatanodeConfig.Member self,
            List<DatanodeConfig.Member> members,
            Path directory,
            int electionTimeoutMillis,
            DatanodeConfig.Metadata metadata,
            int connectionsMax,
            GrpcTlsConfig tls) {}

    private final Setup setup;
    private final Leases leases;
    private final RocksKvStore store;
    private final MetaLog machine;
    private final Log log;
    private final RaftGroupId groupId;
    private final RaftProperties properties;
    private final Parameters parameters;
    private final PeerFile peerFile;
    private final RaftClient client;
    private final TakeoverDriver takeovers;
    private final Proposals proposals = new Proposals(ANSWER_MILLIS);
    private volatile boolean isGivingUp;
    private volatile @Nullable RaftServer server;

    /**
     * Loads the state from {@code store}, which is closed with this; every image goes to {@code
     * listener}, on the thread that applies. {@link #recover}, {@link #form} or {@link #join} then
     * makes it a member.
     *
     * @throws IOException if the directory cannot be made
     */
    public RatisLog(
            Setup setup, RocksKvStore store, Consumer<ClusterImage> listener, Clock clock, Log log)
            throws IOException {
        this.setup = setup;
        this.leases = new Leases(clock);
        this.store = store;
        this.log = log;
        MetaStateMachine state =
                new MetaStateMachine(
                        store,
                        image -> {
                            leases.onImage(image);
                            listener.accept(image);
                        });
        this.machine = new MetaLog(state, store, leases, proposals::onLeaderChanged, log);
        this.groupId = RaftSettings.groupId(setup.cluster());
        this.properties = RaftSettings.properties(setup);
        this.parameters = RaftSettings.parameters(setup.tls(), setup.connectionsMax());
        Files.createDirectories(setup.directory());
        this.peerFile = new PeerFile(setup.directory());
        this.client = client(RaftGroup.valueOf(groupId, founders()));
        TakeoverPolicy policy =
                new TakeoverPolicy(
                        EngineLimits.DEFAULT.startWaitNanos(),
                        2 * LeaseConfig.DEFAULT.renewEveryNanos());
        this.takeovers =
                new TakeoverDriver(() -> leases.plan(policy), this::isConfirmed, this, log);
    }

    private List<RaftPeer> founders() {
        List<RaftPeer> peers = new ArrayList<>();
        for (DatanodeConfig.Member member : setup.members()) {
            peers.add(RaftSettings.peer(Integer.toString(member.nodeId()), member));
        }
        return peers;
    }

    private RaftClient client(RaftGroup of) {
        return RaftClient.newBuilder()
                .setProperties(properties)
                .setParameters(parameters)
                .setRaftGroup(of)
                .setRetryPolicy(
                        RetryPolicies.retryUpToMaximumCountWithFixedSleep(
                                ANSWER_MILLIS / PAUSE_MILLIS,
                                TimeDuration.valueOf(PAUSE_MILLIS, TimeUnit.MILLISECONDS)))
                .build();
    }

    /** True if a log of this cluster is here. */
    public boolean hasLog() {
        return Files.isDirectory(setup.directory().resolve(groupId.getUuid().toString()));
    }

    /**
     * Goes on under the id that this node had; the port is open on return. True if it is a member
     * by its log; else it had begun to {@link #join} and still has to be admitted.
     */
    public boolean recover() throws IOException {
        String own = founderId();
        String id = peerFile.read().orElse(own);
        // The group of a founder is that of the configuration until the log tells of another one;
        // the other ids are in no configuration, Ratis finds their group on disk.
        RaftGroup group = id.equals(own) ? RaftGroup.valueOf(groupId, founders()) : null;
        start(id, group, RaftStorage.StartupOption.RECOVER);
        return hasPeer(id);
    }

    /** The id under which this node goes on. */
    public String peerId() throws IOException {
        return peerFile.read().orElse(founderId());
    }

    private String founderId() {
        return Integer.toString(setup.self().nodeId());
    }

    /**
     * Becomes one of the members that the cluster begins with. Only for a node whose log was never
     * lost: it votes under an id that may have voted before.
     */
    public void form() throws IOException {
        String id = founderId();
        peerFile.write(id);
        start(id, RaftGroup.valueOf(groupId, founders()), RaftStorage.StartupOption.FORMAT);
    }

    /**
     * Opens the port under a new id, without a part in the group; a member then has to {@link
     * #admit} it. Answers the id.
     */
    public String join(String life) throws IOException {
        String id = setup.self().nodeId() + "-" + life;
        peerFile.write(id);
        start(id, null, RaftStorage.StartupOption.FORMAT);
        return id;
    }

    private void start(String id, @Nullable RaftGroup group, RaftStorage.StartupOption option)
            throws IOException {
        RaftServer.Builder builder =
                RaftServer.newBuilder()
                        .setServerId(RaftPeerId.valueOf(id))
                        .setStateMachine(machine)
                        .setProperties(properties)
                        .setParameters(parameters)
                        .setOption(option);
        if (group != null) {
            builder.setGroup(group);
        }
        RaftServer started = builder.build();
        started.start();
        server = started;
        takeovers.start();
        log.info("metadata-member", "peer", id, "log", option);
    }

    /**
     * Takes the peer {@code id} of node {@code member} into the group, in place of whatever that
     * node was in it before. Any member may be asked.
     *
     * @throws IOException if the group could not be changed; may be repeated
     */
    public void admit(String id, DatanodeConfig.Member member) throws IOException {
        if (RaftSettings.node(id) != member.nodeId()) {
            throw new Refusal(
                    ErrorCode.INVALID_PARAM,
                    "peer_id is '" + id + "', allowed is one of node " + member.nodeId());
        }
        RaftPeer peer = RaftSettings.peer(id, member);
        List<RaftPeer> now = List.copyOf(peers());
        List<RaftPeer> next = new ArrayList<>(now);
        next.removeIf(p -> RaftSettings.node(p.getId().toString()) == member.nodeId());
        next.add(peer);
        if (now.stream().noneMatch(p -> p.getId().equals(peer.getId()))) {
            // It begins with an empty group of its own, so that it votes in no other.
            try (RaftClient to = client(RaftGroup.valueOf(groupId, next))) {
                check(to.getGroupManagementApi(peer.getId()).add(RaftGroup.valueOf(groupId)));
            } catch (org.apache.ratis.protocol.exceptions.AlreadyExistsException e) {
                log.debug("peer-has-the-group", "peer", id);
            }
            change(now, next);
            log.info("metadata-member-admitted", "peer", id);
        }
    }

    private void change(List<RaftPeer> now, List<RaftPeer> next) throws IOException {
        check(
                client.admin()
                        .setConfiguration(
                                SetConfigurationRequest.Arguments.newBuilder()
                                        .setServersInNewConf(next)
                                        .setServersInCurrentConf(now)
                                        .setMode(SetConfigurationRequest.Mode.COMPARE_AND_SET)
                                        .build()));
    }

    /**
     * Takes a node out of the group; nothing happens if it is not in it. Any member may be asked.
     *
     * @throws IOException if the group could not be changed; may be repeated
     */
    public void dismiss(int node) throws IOException {
        List<RaftPeer> now = List.copyOf(peers());
        List<RaftPeer> next = new ArrayList<>(now);
        next.removeIf(p -> RaftSettings.node(p.getId().toString()) == node);
        if (next.size() < now.size()) {
            change(now, next);
            log.info("metadata-member-dismissed", "node", node);
        }
    }

    /** True if the peer {@code id} is in the group, as far as this node knows. */
    public boolean hasPeer(String id) {
        try {
            return peers().stream().anyMatch(peer -> peer.getId().toString().equals(id));
        } catch (IOException e) {
            return false;
        }
    }

    private static void check(RaftClientReply reply) throws IOException {
        if (!reply.isSuccess()) {
            throw reply.getException() == null
                    ? new IOException(reply.toString())
                    : reply.getException();
        }
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

    private RaftServer.Division division() throws IOException {
        RaftServer running = server;
        if (running == null) {
            throw new IOException("this node is no member of the metadata group yet");
        }
        return running.getDivision(groupId);
    }

    private java.util.Collection<RaftPeer> peers() throws IOException {
        return division().getRaftConf().getCurrentPeers();
    }

    @Override
    public int leaderNode() {
        try {
            RaftPeerId leader = division().getInfo().getLeaderId();
            return leader == null ? 0 : RaftSettings.node(leader.toString());
        } catch (IOException e) {
            return 0;
        }
    }

    @Override
    public List<DatanodeConfig.Member> members() {
        try {
            return peers().stream()
                    .map(RaftSettings::member)
                    .sorted(Comparator.comparingInt(DatanodeConfig.Member::nodeId))
                    .toList();
        } catch (IOException e) {
            return List.of();
        }
    }

    @Override
    public LeaseAnswer renewLease(int node, long incarnation, long followedIndex) {
        return leases.renew(node, incarnation, followedIndex, !isGivingUp && isConfirmed());
    }

    /** True if a majority has answered this leader within less than half an election timeout. */
    private boolean isConfirmed() {
        try {
            DivisionInfo info = division().getInfo();
            if (!info.isLeader() || !info.isLeaderReady()) {
                return false;
            }
            RoleInfoProto role = info.getRoleInfoProto();
            int confirmed = 1;
            for (ServerRpcProto follower : role.getLeaderInfo().getFollowerInfoList()) {
                boolean isRecent =
                        follower.getLastRpcElapsedTimeMs() < setup.electionTimeoutMillis() / 2;
                confirmed += isRecent ? 1 : 0;
            }
            return confirmed > peers().size() / 2;
        } catch (IOException e) {
            return false;
        }
    }

    @Override
    public boolean giveUpLead(int successor, long timeoutMillis) {
        // Followers that vote at once do not wait until the leases given here have run out.
        isGivingUp = true;
        try {
            Optional<RaftPeerId> peer =
                    peers().stream()
                            .map(RaftPeer::getId)
                            .filter(id -> RaftSettings.node(id.toString()) == successor)
                            .findFirst();
            return peer.isPresent()
                    && client.admin().transferLeadership(peer.get(), timeoutMillis).isSuccess();
        } catch (IOException e) {
            return false;
        }
    }

    @Override
    public void close() throws IOException {
        takeovers.close();
        proposals.close();
        client.close();
        RaftServer running = server;
        if (running != null) {
            running.close();
        }
        store.close();
    }
}
