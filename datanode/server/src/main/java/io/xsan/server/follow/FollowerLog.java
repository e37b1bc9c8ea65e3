package io.xsan.server.follow;

import com.google.protobuf.ByteString;
import io.xsan.base.ClusterId;
import io.xsan.base.Refusal;
import io.xsan.base.log.Log;
import io.xsan.meta.image.ClusterImage;
import io.xsan.meta.lease.LeaseAnswer;
import io.xsan.protocol.client.ApiException;
import io.xsan.protocol.client.ClientConfig;
import io.xsan.protocol.client.XsanClient;
import io.xsan.protocol.v1.FollowUpdate;
import io.xsan.protocol.v1.ProposeRequest;
import io.xsan.protocol.v1.ProposeResponse;
import io.xsan.server.config.DatanodeConfig;
import io.xsan.server.discovery.Discovery;
import io.xsan.server.raft.MetadataGroup;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The metadata group from outside: follows one member at a time, another one when that is silent or
 * has lost its leader, and finds members by what it knew last and by discovery.
 */
public final class FollowerLog implements MetadataGroup {
    private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(250);
    private static final long PROPOSE_MILLIS = 4_000;

    /** Who follows, and what it finds members by. */
    public record Setup(
            ClusterId cluster,
            DatanodeConfig.Member self,
            DatanodeConfig.Tls tls,
            Path dataDirectory,
            Discovery discovery,
            Log log) {}

    private final Setup setup;
    private final MemberFile file;
    private final Consumer<ClusterImage> listener;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Thread thread;
    private ClusterImage last = ClusterImage.UNFORMED;
    private volatile List<DatanodeConfig.Member> members;
    private volatile @Nullable XsanClient client;
    private volatile int leader;
    private volatile boolean isClosed;

    /**
     * Reads the members that were known last; {@link #start} begins to follow. Images go to {@code
     * listener} on a thread of this object's.
     *
     * @throws IOException if the file of members cannot be read
     */
    public FollowerLog(Setup setup, Consumer<ClusterImage> listener) throws IOException {
        this.setup = setup;
        this.file = new MemberFile(setup.dataDirectory());
        this.listener = listener;
        this.members = file.read();
        this.thread = Thread.ofPlatform().name("xsan-follow").daemon().unstarted(this::run);
    }

    /** Begins to follow. */
    public void start() {
        thread.start();
    }

    private void run() {
        while (!isClosed) {
            for (String endpoint : candidates()) {
                if (!isClosed) {
                    follow(endpoint);
                    leader = 0;
                }
            }
            LockSupport.parkNanos(RETRY_NANOS);
        }
    }

    /** API addresses to try, those of known members first. */
    private Set<String> candidates() {
        Set<String> found = new LinkedHashSet<>();
        members.forEach(member -> found.add(endpoint(member.host(), member.port())));
        for (Discovery.Address address : setup.discovery().find()) {
            found.add(endpoint(address.host(), address.port()));
        }
        found.remove(endpoint(setup.self().host(), setup.self().port()));
        return found;
    }

    private static String endpoint(String host, int basePort) {
        return host + ":" + (basePort + DatanodeConfig.Port.API.offset());
    }

    private XsanClient connect(List<String> endpoints) throws IOException {
        DatanodeConfig.Tls tls = setup.tls();
        return new XsanClient(
                new ClientConfig(endpoints, tls.authority(), tls.certificate(), tls.key()),
                PROPOSE_MILLIS);
    }

    /** Follows one member until it ends, falls silent or sends what cannot be. */
    private void follow(String endpoint) {
        try (XsanClient to = connect(List.of(endpoint));
                FollowCall call = new FollowCall(to, setup.self().nodeId())) {
            ImageAssembly assembly = new ImageAssembly();
            boolean isFirst = true;
            Optional<FollowUpdate> update = call.next();
            while (update.isPresent() && !isClosed) {
                if (isFirst) {
                    setup.log().info("metadata-following", "member", endpoint);
                    isFirst = false;
                }
                takeMembers(update.get());
                leader = update.get().getLeaderNode();
                assembly.take(update.get()).ifPresent(this::take);
                update = call.next();
            }
            setup.log().debug("metadata-not-followed", "member", endpoint, "reason", call.reason());
        } catch (IOException | Refusal | IllegalArgumentException e) {
            setup.log().warn("metadata-not-followed", "member", endpoint, "reason", e);
        }
    }

    private void take(ClusterImage image) {
        if (!image.clusterId().equals(setup.cluster())) {
            setup.log().warn("metadata-of-another-cluster", "cluster", image.clusterId());
            return;
        }
        // A member that lags behind another one must not turn time back.
        if (image.index() > last.index()) {
            last = image;
            listener.accept(image);
        }
    }

    private void takeMembers(FollowUpdate update) throws IOException {
        List<DatanodeConfig.Member> named =
                update.getMembersList().stream()
                        .map(m ->
                                new DatanodeConfig.Member(
                                        m.getNode(), m.getHost(), m.getBasePort()))
                        .toList();
        if (named.isEmpty() || (named.equals(members) && client != null)) {
            return;
        }
        XsanClient older = client;
        client =
                connect(
                        named.stream()
                                .map(member -> endpoint(member.host(), member.port()))
                                .toList());
        if (!named.equals(members)) {
            file.write(named);
            members = named;
        }
        if (older != null) {
            older.close();
        }
    }

    @Override
    public void propose(byte[] command, Callback callback) {
        try {
            threads.execute(() -> callback.onOutcome(send(command)));
        } catch (RejectedExecutionException e) {
            callback.onOutcome(new Outcome.NotReady("this datanode stops"));
        }
    }

    private Outcome send(byte[] command) {
        XsanClient to = client;
        if (to == null) {
            return new Outcome.NotReady("no member of the metadata group is known yet");
        }
        try {
            ProposeRequest request =
                    ProposeRequest.newBuilder().setCommand(ByteString.copyFrom(command)).build();
            ProposeResponse response = to.call(s -> s.propose(request));
            return switch (response.getOutcome()) {
                case APPLIED ->
                        new Outcome.Applied(
                                response.getIndex(), response.getResult().toByteArray());
                case NOT_READY -> new Outcome.NotReady(response.getReason());
                case MAYBE_APPLIED, UNRECOGNIZED -> new Outcome.MaybeApplied(response.getReason());
            };
        } catch (ApiException e) {
            return new Outcome.MaybeApplied(String.valueOf(e.getMessage()));
        }
    }

    @Override
    public int leaderNode() {
        return leader;
    }

    @Override
    public List<DatanodeConfig.Member> members() {
        return members;
    }

    @Override
    public LeaseAnswer renewLease(int node, long incarnation, long followedIndex) {
        return LeaseAnswer.NOT_LEADER;
    }

    @Override
    public boolean giveUpLead(int successor, long timeoutMillis) {
        return false;
    }

    @Override
    public void close() {
        isClosed = true;
        thread.interrupt();
        threads.shutdownNow();
        XsanClient to = client;
        if (to != null) {
            to.close();
        }
    }
}
