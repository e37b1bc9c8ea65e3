package io.xsan.server.node;

import io.xsan.base.ErrorCode;
import io.xsan.base.NodeId;
import io.xsan.base.Refusal;
import io.xsan.base.log.Log;
import io.xsan.base.seam.Clock;
import io.xsan.meta.image.ClusterImage;
import io.xsan.meta.image.NodeRecord;
import io.xsan.protocol.client.ApiException;
import io.xsan.protocol.client.ClientConfig;
import io.xsan.protocol.client.XsanClient;
import io.xsan.protocol.v1.GetMembershipRequest;
import io.xsan.protocol.v1.JoinGroupRequest;
import io.xsan.protocol.v1.Member;
import io.xsan.server.config.DatanodeConfig;
import io.xsan.server.discovery.Discoveries;
import io.xsan.server.follow.FollowerLog;
import io.xsan.server.raft.MetadataGroup;
import io.xsan.server.raft.RatisLog;
import io.xsan.server.rocksdb.RocksKvStore;
import io.xsan.server.tls.TlsContexts;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * How a datanode takes part in the metadata: as a member of its group, or by following it. A member
 * without a log asks the others before it votes: it may be one that lost it.
 */
final class Membership {
    private static final long ASK_MILLIS = 3_000;
    private static final long JOIN_MILLIS = 20_000;
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(300);

    private final DatanodeConfig config;
    private final Log log;
    private final MetadataGroup group;
    private final @Nullable RatisLog member;
    private final @Nullable FollowerLog follower;

    private Membership(DatanodeConfig config, Log log, RatisLog member) {
        this.config = config;
        this.log = log;
        this.group = member;
        this.member = member;
        this.follower = null;
    }

    private Membership(DatanodeConfig config, Log log, FollowerLog follower) {
        this.config = config;
        this.log = log;
        this.group = follower;
        this.member = null;
        this.follower = follower;
    }

    /** What a member without a log is to do. */
    private enum Step {
        FORM,
        JOIN,
        WAIT
    }

    /** Loads what is known here; images go to {@code listener}. {@link #start} takes part. */
    static Membership open(
            DatanodeConfig config, Consumer<ClusterImage> listener, Clock clock, Log log)
            throws IOException {
        Path data = config.cluster().dataDir();
        if (!config.isMember()) {
            return new Membership(config, log, new FollowerLog(following(config, log), listener));
        }
        RatisLog.Setup setup =
                new RatisLog.Setup(
                        config.cluster().clusterId(),
                        config.self(),
                        config.members(),
                        data.resolve("raft"),
                        config.network().electionTimeoutMillis(),
                        config.metadata(),
                        config.network().connectionsMax(),
                        TlsContexts.raft(
                                TlsContexts.credentials(config.tls(), log),
                                config.cluster().clusterId()));
        RocksKvStore store = new RocksKvStore(data.resolve("metadata"));
        return new Membership(config, log, new RatisLog(setup, store, listener, clock, log));
    }

    private static FollowerLog.Setup following(DatanodeConfig config, Log log) {
        return new FollowerLog.Setup(
                config.cluster().clusterId(),
                config.self(),
                config.tls(),
                config.cluster().dataDir(),
                Discoveries.of(config, log),
                log);
    }

    MetadataGroup group() {
        return group;
    }

    /**
     * Takes part; returns when this node is a member or follows, or when it {@code isStopping}. The
     * control API must be open. {@code isUsed}: the disks hold data of a cluster.
     */
    void start(long life, BooleanSupplier isUsed, BooleanSupplier isStopping) throws IOException {
        if (follower != null) {
            follower.start();
        } else if (member != null) {
            start(member, life, isUsed, isStopping);
        }
    }

    private void start(RatisLog as, long life, BooleanSupplier isUsed, BooleanSupplier isStopping)
            throws IOException {
        if (as.hasLog()) {
            if (!as.recover()) {
                join(as.peerId(), isStopping);
            }
            return;
        }
        while (!isStopping.getAsBoolean()) {
            switch (step(isUsed.getAsBoolean())) {
                case FORM -> {
                    as.form();
                    return;
                }
                case JOIN -> {
                    join(as.join(Long.toHexString(life)), isStopping);
                    return;
                }
                case WAIT -> LockSupport.parkNanos(PAUSE_NANOS);
            }
        }
    }

    private List<DatanodeConfig.Member> others() {
        List<DatanodeConfig.Member> others = new ArrayList<>(config.members());
        others.removeIf(m -> m.nodeId() == config.cluster().nodeId());
        return others;
    }

    /**
     * Asks the other members. So many must say that they know of no cluster that every majority
     * this node could have been part of before has one among them.
     */
    private Step step(boolean isUsed) {
        int size = config.members().size();
        int neededMin = size - (size / 2 + 1);
        int unformed = 0;
        GetMembershipRequest request =
                GetMembershipRequest.newBuilder().setNode(config.cluster().nodeId()).build();
        for (DatanodeConfig.Member other : others()) {
            try (XsanClient client = connect(List.of(other), ASK_MILLIS)) {
                var answer = client.call(s -> s.getMembership(request));
                if (answer.getFormed()) {
                    return onFormed(answer.getHasStore() && answer.getIsMember());
                }
                unformed++;
            } catch (ApiException | IOException e) {
                log.debug("member-not-asked", "node", other.nodeId(), "reason", e);
            }
        }
        if (size > 1 && unformed <= neededMin) {
            log.warn("waiting-for-members", "answered", unformed, "needed", neededMin + 1);
            return Step.WAIT;
        }
        if (isUsed) {
            log.warn(
                    "not-formed",
                    "reason",
                    "the disks hold data of a cluster that no member knows, and data_dir is empty");
            return Step.WAIT;
        }
        return Step.FORM;
    }

    private Step onFormed(boolean isMember) {
        if (isMember) {
            log.warn(
                    "data-dir-lost",
                    "reason",
                    "the cluster knows this node, and data_dir is empty: it is refused until it"
                            + " is replaced with: xsan node replace "
                            + config.cluster().nodeId());
            return Step.WAIT;
        }
        return Step.JOIN;
    }

    /** Asks the others to admit the peer {@code id}, until one of them has. */
    private void join(String id, BooleanSupplier isStopping) throws IOException {
        DatanodeConfig.Member self = config.self();
        JoinGroupRequest request =
                JoinGroupRequest.newBuilder()
                        .setPeerId(id)
                        .setMember(
                                Member.newBuilder()
                                        .setNode(self.nodeId())
                                        .setHost(self.host())
                                        .setBasePort(self.port()))
                        .build();
        while (!isStopping.getAsBoolean()) {
            try (XsanClient client = connect(others(), JOIN_MILLIS)) {
                client.call(s -> s.joinGroup(request));
                return;
            } catch (ApiException e) {
                log.warn("not-admitted", "reason", String.valueOf(e.getMessage()));
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        }
    }

    /**
     * Takes the peer {@code peerId} of a node into the metadata group: in place of what that node
     * was in it before, if it was replaced since.
     *
     * @throws Refusal if it was not replaced, or if this node is no member itself
     * @throws IOException if the group could not be changed; may be repeated
     */
    void admit(String peerId, DatanodeConfig.Member node, ClusterImage image) throws IOException {
        RatisLog through = asMember();
        if (!image.isFormed()) {
            throw new Refusal(ErrorCode.CLUSTER_NOT_READY, "this node does not know the cluster");
        }
        boolean isKnown =
                image.node(new NodeId(node.nodeId())).filter(NodeRecord::hasStore).isPresent();
        if (isKnown && isMember(node.nodeId()) && !through.hasPeer(peerId)) {
            throw new Refusal(
                    ErrorCode.IDENTITY_MISMATCH,
                    "node "
                            + node.nodeId()
                            + " is a member with a log; it joins as another one after: xsan node"
                            + " replace "
                            + node.nodeId());
        }
        through.admit(peerId, node);
    }

    /**
     * Takes a node out of the metadata group.
     *
     * @throws Refusal if it is the last member, or if this node is no member itself
     * @throws IOException if the group could not be changed; may be repeated
     */
    void dismiss(int node) throws IOException {
        RatisLog through = asMember();
        if (isMember(node) && group.members().size() == 1) {
            throw new Refusal(
                    ErrorCode.CONFLICT, "node " + node + " is the last member: there must be one");
        }
        through.dismiss(node);
    }

    private boolean isMember(int node) {
        return group.members().stream().anyMatch(m -> m.nodeId() == node);
    }

    private RatisLog asMember() {
        if (member == null) {
            throw new Refusal(ErrorCode.UNSUPPORTED, "this node is no member itself: ask one");
        }
        return member;
    }

    private XsanClient connect(List<DatanodeConfig.Member> to, long timeoutMillis)
            throws IOException {
        List<String> endpoints =
                to.stream()
                        .map(m -> m.host() + ":" + (m.port() + DatanodeConfig.Port.API.offset()))
                        .toList();
        DatanodeConfig.Tls tls = config.tls();
        return new XsanClient(
                new ClientConfig(endpoints, tls.authority(), tls.certificate(), tls.key()),
                timeoutMillis);
    }
}
