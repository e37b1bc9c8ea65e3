package io.xsan.server.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.stub.StreamObserver;
import io.xsan.base.ErrorCode;
import io.xsan.base.NodeId;
import io.xsan.meta.heartbeat.DiskHealth;
import io.xsan.meta.heartbeat.HeardNode;
import io.xsan.protocol.client.ApiException;
import io.xsan.protocol.client.XsanClient;
import io.xsan.protocol.v1.ClusterStatus;
import io.xsan.protocol.v1.CreateVolumeRequest;
import io.xsan.protocol.v1.FollowRequest;
import io.xsan.protocol.v1.MoveVolumeRequest;
import io.xsan.protocol.v1.Policy;
import io.xsan.protocol.v1.ProposeRequest;
import io.xsan.protocol.v1.RenewLeaseRequest;
import io.xsan.protocol.v1.ResizeVolumeRequest;
import io.xsan.protocol.v1.Volume;
import io.xsan.protocol.v1.VolumeRef;
import io.xsan.protocol.v1.WatchEvent;
import io.xsan.protocol.v1.WatchRequest;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Three members of the metadata group and two datanodes that only follow it, in one process, with
 * frames in clear.
 */
class FollowerIT {
    private static final long MIB = 1 << 20;

    @TempDir static Path directory;
    private static TestCluster cluster;

    @BeforeAll
    static void start() throws Exception {
        cluster = new TestCluster(directory, 3, "auth-only");
        cluster.start(1, 2, 3);
        cluster.start(4, 5);
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    private static Volume create(int at, String name, int owner) throws Exception {
        CreateVolumeRequest request =
                CreateVolumeRequest.newBuilder()
                        .setName(name)
                        .setSizeBytes(8 * MIB)
                        .setOwner(owner)
                        .setPolicy(Policy.newBuilder().setReplicas(3).setWidth(5))
                        .build();
        Volume[] made = new Volume[1];
        TestCluster.await(
                "a volume " + name,
                () -> {
                    try {
                        made[0] = cluster.admin(at).call(s -> s.createVolume(request));
                        return true;
                    } catch (java.io.IOException e) {
                        throw new IllegalStateException(e);
                    }
                });
        return made[0];
    }

    private static VolumeRef named(String name) {
        return VolumeRef.newBuilder().setName(name).build();
    }

    private static Volume volume(int at, String name) {
        try {
            return cluster.admin(at).call(s -> s.getVolume(named(name)));
        } catch (java.io.IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void datanodesOutsideTheGroupFollowItAndServe() throws Exception {
        ClusterStatus status = cluster.status(5);
        assertThat(status.getNodesList()).hasSize(5);
        assertThat(status.getNodesList().stream().filter(n -> n.getMember()).map(n -> n.getId()))
                .containsExactly(1, 2, 3);
        create(4, "followed", 4);
        TestCluster.await(
                "an engine at the follower",
                () -> volume(5, "followed").getEngine().getState().equals("SERVING"));
        // Every node sees the same: what one has answered the others have, or get.
        for (int node = 1; node <= 5; node++) {
            int at = node;
            TestCluster.await("node " + at, () -> volume(at, "followed").getEpoch() > 0);
        }
        MoveVolumeRequest move =
                MoveVolumeRequest.newBuilder().setVolume(named("followed")).setOwner(5).build();
        cluster.admin(1).call(s -> s.moveVolume(move));
        TestCluster.await(
                "the engine at the other follower",
                () -> {
                    Volume moved = volume(2, "followed");
                    return moved.getOwner() == 5 && moved.getEngine().getState().equals("SERVING");
                });
    }

    @Test
    void followerGoesOnWithAnotherMemberWhenItsOwnDies() throws Exception {
        int leader = cluster.leader();
        cluster.stop(leader);
        create(4, "after-death", 5);
        TestCluster.await("the lease", () -> cluster.node(4).hasLease());
        cluster.start(leader);
        TestCluster.await("it back", () -> cluster.node(leader).hasLease());
    }

    private static HeardNode heard(int at, int of) {
        return Optional.ofNullable(cluster.node(at).heard().get(new NodeId(of))).orElseThrow();
    }

    @Test
    void heartbeatsTellOfEveryNodeAndOfSilence() throws Exception {
        TestCluster.await("heartbeats of all", () -> cluster.node(4).heard().size() == 5);
        assertThat(heard(1, 5).report().disks()).isEqualTo(DiskHealth.GOOD);
        TestCluster.await("free space", () -> heard(1, 5).report().freeBytes() > 0);
        cluster.stop(5);
        TestCluster.await("silence", () -> heard(2, 5).isSilent());
        assertThat(
                        cluster.status(2).getNodesList().stream()
                                .filter(n -> n.getId() == 5)
                                .allMatch(n -> n.getHeartbeat().getSilent() && !n.getReachable()))
                .isTrue();
        cluster.start(5);
        TestCluster.await(
                "its new life",
                () ->
                        Optional.ofNullable(cluster.node(2).heard().get(new NodeId(5)))
                                .filter(heard -> !heard.isSilent())
                                .isPresent());
    }

    private static final class Events implements StreamObserver<WatchEvent> {
        final List<WatchEvent> all = new CopyOnWriteArrayList<>();
        final List<Throwable> failures = new CopyOnWriteArrayList<>();

        @Override
        public void onNext(WatchEvent event) {
            all.add(event);
        }

        @Override
        public void onError(Throwable failure) {
            failures.add(failure);
        }

        @Override
        public void onCompleted() {}

        List<Long> sizes(String name) {
            List<Long> sizes = new ArrayList<>();
            for (WatchEvent event : all) {
                event.getVolumesList().stream()
                        .filter(v -> v.getName().equals(name))
                        .forEach(v -> sizes.add(v.getSizeBytes()));
            }
            return sizes;
        }
    }

    @Test
    void watchTellsWhatIsAndThenWhatChanges() throws Exception {
        Volume made = create(1, "watched", 2);
        Events events = new Events();
        try (XsanClient client = cluster.client(4, "admin")) {
            client.stream(s -> s.watch(WatchRequest.getDefaultInstance(), events));
            TestCluster.await("the first event", () -> !events.all.isEmpty());
            assertThat(events.all.getFirst().getSnapshot()).isTrue();
            assertThat(events.all.getFirst().getNodesCount()).isEqualTo(5);
            assertThat(events.sizes("watched")).containsOnly(8 * MIB);
            ResizeVolumeRequest grow =
                    ResizeVolumeRequest.newBuilder()
                            .setVolume(named("watched"))
                            .setSizeBytes(16 * MIB)
                            .build();
            cluster.admin(1).call(s -> s.resizeVolume(grow));
            TestCluster.await("the new size", () -> events.sizes("watched").contains(16 * MIB));
            cluster.admin(1).call(s -> s.deleteVolume(named("watched")));
            TestCluster.await(
                    "its end",
                    () ->
                            events.all.stream()
                                    .anyMatch(
                                            e -> e.getRemovedVolumesList().contains(made.getId())));
        }
        assertThat(events.all.stream().map(WatchEvent::getIndex)).isSorted();
    }

    @Test
    void whatNodesTellEachOtherIsRefusedToOthers() throws Exception {
        for (String role : List.of("admin", "agent")) {
            try (XsanClient client = cluster.client(1, role)) {
                assertThatThrownBy(() ->
                                client.call(s -> s.propose(ProposeRequest.getDefaultInstance())))
                        .isInstanceOfSatisfying(ApiException.class, FollowerIT::isDenied);
                assertThatThrownBy(() ->
                                client.call(
                                        s -> s.renewLease(RenewLeaseRequest.getDefaultInstance())))
                        .isInstanceOfSatisfying(ApiException.class, FollowerIT::isDenied);
                assertThatThrownBy(() ->
                                client.call(s ->
                                        s.follow(FollowRequest.getDefaultInstance()).hasNext()))
                        .isInstanceOfSatisfying(ApiException.class, FollowerIT::isDenied);
            }
        }
    }

    private static void isDenied(ApiException e) {
        assertThat(e.code()).isEqualTo(ErrorCode.PERMISSION_DENIED);
    }

    @Test
    void errorsNameTheFieldAndWhatIsAllowed() throws Exception {
        CreateVolumeRequest request =
                CreateVolumeRequest.newBuilder()
                        .setName("none")
                        .setSizeBytes(8 * MIB)
                        .setPolicy(Policy.newBuilder().setReplicas(17))
                        .build();
        assertThatThrownBy(() -> cluster.admin(4).call(s -> s.createVolume(request)))
                .isInstanceOfSatisfying(
                        ApiException.class,
                        e -> {
                            assertThat(e.code()).isEqualTo(ErrorCode.INVALID_PARAM);
                            assertThat(e.field()).contains("replicas");
                            assertThat(e.getMessage()).contains("17", "5");
                        });
    }
}
