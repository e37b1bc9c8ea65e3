package io.xsan.server.api;

import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import io.xsan.base.ErrorCode;
import io.xsan.base.NodeId;
import io.xsan.base.VolumeId;
import io.xsan.base.log.Level;
import io.xsan.meta.capacity.Capacity;
import io.xsan.meta.command.Command;
import io.xsan.meta.command.Result;
import io.xsan.meta.image.AttachmentRecord;
import io.xsan.meta.image.ClusterImage;
import io.xsan.meta.image.NodeRecord;
import io.xsan.meta.image.VolumePolicy;
import io.xsan.meta.image.VolumeRecord;
import io.xsan.meta.lease.LeaseAnswer;
import io.xsan.meta.lease.LeaseConfig;
import io.xsan.meta.placement.BlockPlacement;
import io.xsan.protocol.client.ApiException;
import io.xsan.protocol.v1.AttachRequest;
import io.xsan.protocol.v1.Attachment;
import io.xsan.protocol.v1.BlockLocation;
import io.xsan.protocol.v1.BlockLocationRequest;
import io.xsan.protocol.v1.CapacityResponse;
import io.xsan.protocol.v1.ClusterStatus;
import io.xsan.protocol.v1.CreateVolumeRequest;
import io.xsan.protocol.v1.DeleteOrphanRequest;
import io.xsan.protocol.v1.DetachRequest;
import io.xsan.protocol.v1.DrainNodeRequest;
import io.xsan.protocol.v1.Empty;
import io.xsan.protocol.v1.Export;
import io.xsan.protocol.v1.ExportVolumeRequest;
import io.xsan.protocol.v1.FollowRequest;
import io.xsan.protocol.v1.FollowUpdate;
import io.xsan.protocol.v1.GetCapacityRequest;
import io.xsan.protocol.v1.GetClusterStatusRequest;
import io.xsan.protocol.v1.GetMembershipRequest;
import io.xsan.protocol.v1.GetNodeStatusRequest;
import io.xsan.protocol.v1.JoinGroupRequest;
import io.xsan.protocol.v1.ListVolumesRequest;
import io.xsan.protocol.v1.ListVolumesResponse;
import io.xsan.protocol.v1.Member;
import io.xsan.protocol.v1.Membership;
import io.xsan.protocol.v1.MetadataBackup;
import io.xsan.protocol.v1.MoveVolumeRequest;
import io.xsan.protocol.v1.Node;
import io.xsan.protocol.v1.NodeContents;
import io.xsan.protocol.v1.NodeRef;
import io.xsan.protocol.v1.NodeStatus;
import io.xsan.protocol.v1.ProposeRequest;
import io.xsan.protocol.v1.ProposeResponse;
import io.xsan.protocol.v1.RaiseFeatureLevelRequest;
import io.xsan.protocol.v1.RecoverVolumeRequest;
import io.xsan.protocol.v1.Recovery;
import io.xsan.protocol.v1.RemoveMemberRequest;
import io.xsan.protocol.v1.RenewLeaseRequest;
import io.xsan.protocol.v1.RenewLeaseResponse;
import io.xsan.protocol.v1.ReplaceNodeRequest;
import io.xsan.protocol.v1.ResizeVolumeRequest;
import io.xsan.protocol.v1.SetLogLevelRequest;
import io.xsan.protocol.v1.SetVolumePolicyRequest;
import io.xsan.protocol.v1.Volume;
import io.xsan.protocol.v1.VolumeOwner;
import io.xsan.protocol.v1.VolumeRef;
import io.xsan.protocol.v1.WatchEvent;
import io.xsan.protocol.v1.WatchRequest;
import io.xsan.protocol.v1.XsanGrpc;
import io.xsan.server.config.DatanodeConfig;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** {@code xsan.v1} of one datanode. Calls run on virtual threads and may block. */
final class XsanService extends XsanGrpc.XsanImplBase {
    private static final int SECTOR_BYTES_DEFAULT = 4096;

    private final NodeView node;
    private final Proposer proposer;
    private final Peers peers;
    private final ImageStreams streams;
    private final NodeAdministration nodes;
    private final LastResort lastResort;

    XsanService(NodeView node, Proposer proposer, Peers peers) {
        this.streams = new ImageStreams(node);
        this.node = node;
        this.proposer = proposer;
        this.peers = peers;
        this.nodes = new NodeAdministration(node, proposer);
        this.lastResort = new LastResort(node, peers);
    }

    private static <T> void answer(StreamObserver<T> observer, Supplier<T> call) {
        T result;
        try {
            result = call.get();
        } catch (StatusRuntimeException e) {
            observer.onError(e);
            return;
        } catch (ApiException e) {
            observer.onError(ApiErrors.of(e.code(), String.valueOf(e.getMessage())));
            return;
        }
        observer.onNext(result);
        observer.onCompleted();
    }

    @Override
    public void getClusterStatus(
            GetClusterStatusRequest request, StreamObserver<ClusterStatus> observer) {
        answer(observer, this::clusterStatus);
    }

    private ClusterStatus clusterStatus() {
        ClusterImage image = formed();
        Map<Integer, NodeStatus> statuses = peers.statuses(image);
        ClusterStatus.Builder status =
                ClusterStatus.newBuilder()
                        .setClusterId(image.clusterId().toString())
                        .setIndex(image.index())
                        .setFeatureLevel(image.featureLevel())
                        .setLeaderNode(node.leaderNode())
                        .addAllWarnings(ClusterWarnings.domains(image, node.members()))
                        .addAllWarnings(ClusterWarnings.space(statuses));
        for (NodeRecord record : image.nodes().values()) {
            Node.Builder shown = Protos.node(node, record);
            NodeStatus known = statuses.get(record.id().value());
            if (known != null) {
                shown.setReachable(true).setStatus(known);
            }
            status.addNodes(shown);
        }
        for (VolumeRecord volume : image.volumes().values()) {
            status.addVolumes(Protos.volume(volume, statuses));
        }
        return status.build();
    }

    private ClusterImage formed() {
        ClusterImage image = node.image();
        if (!image.isFormed()) {
            throw ApiErrors.of(ErrorCode.CLUSTER_NOT_READY, "the cluster is not formed yet");
        }
        return image;
    }

    @Override
    public void createVolume(CreateVolumeRequest request, StreamObserver<Volume> observer) {
        answer(observer, () -> create(request));
    }

    private Volume create(CreateVolumeRequest request) {
        ClusterImage image = formed();
        VolumeShape.checkDurability(request.getPolicy());
        int replicas = replicas(image, request.getPolicy().getReplicas());
        Optional<VolumeRecord> existing = image.volume(request.getName());
        VolumeId id = existing.map(VolumeRecord::id).orElseGet(() -> new VolumeId(node.newId()));
        int owner = request.getOwner() == 0 ? node.config().cluster().nodeId() : request.getOwner();
        Command.CreateVolume command =
                new Command.CreateVolume(
                        id,
                        request.getName(),
                        request.getSizeBytes(),
                        request.getSectorBytes() == 0
                                ? SECTOR_BYTES_DEFAULT
                                : request.getSectorBytes(),
                        new VolumePolicy(
                                replicas,
                                request.getPolicy().getMinReplicas(),
                                request.getPolicy().getWidth()),
                        nodeId("owner", owner),
                        existing.map(v -> v.components().getFirst().generation())
                                .orElseGet(() -> node.newId() >>> 8),
                        node.wallMillis());
        if (existing.isEmpty()) {
            SpaceLimits.check(image, command, peers.statuses(image));
        }
        return done(command);
    }

    private int replicas(ClusterImage image, int asked) {
        return asked == 0
                ? Math.min(node.config().storage().defaultReplicaCount(), image.nodes().size())
                : asked;
    }

    @Override
    public void getCapacity(GetCapacityRequest request, StreamObserver<CapacityResponse> observer) {
        answer(observer, () -> capacity(request.getReplicas()));
    }

    private CapacityResponse capacity(int asked) {
        ClusterImage image = formed();
        if (asked < 0 || asked > VolumePolicy.REPLICAS_MAX) {
            throw ApiErrors.of(
                    ErrorCode.INVALID_PARAM,
                    "replicas is " + asked + ", allowed is 0 to " + VolumePolicy.REPLICAS_MAX);
        }
        Capacity capacity = Capacity.of(image, replicas(image, asked));
        return CapacityResponse.newBuilder()
                .setReplicas(capacity.replicas())
                .setTotalBytes(capacity.totalBytes())
                .setPromisedBytes(capacity.promisedBytes())
                .setFreeBytes(capacity.freeBytes())
                .build();
    }

    private static NodeId nodeId(String field, int number) {
        if (number < 1 || number > NodeId.MAX) {
            throw ApiErrors.of(
                    ErrorCode.INVALID_PARAM,
                    field + " is " + number + ", allowed is a node id from 1 to " + NodeId.MAX);
        }
        return new NodeId(number);
    }

    private Volume done(Command command) {
        Result result = proposer.propose(command);
        if (result instanceof Result.Done done) {
            node.awaitImage(done.index());
            return done.volume()
                    .map(v -> Protos.volume(v).build())
                    .orElseGet(Volume::getDefaultInstance);
        }
        throw ApiErrors.of(ErrorCode.CONSENSUS_FAILED, "unexpected result " + result);
    }

    private VolumeRecord find(VolumeRef ref) {
        ClusterImage image = formed();
        Optional<VolumeRecord> found;
        if (ref.getName().isEmpty() == ref.getId().isEmpty()) {
            throw ApiErrors.of(ErrorCode.INVALID_PARAM, "volume: give either a name or an id");
        }
        if (ref.getId().isEmpty()) {
            found = image.volume(ref.getName());
        } else {
            try {
                found = image.volume(VolumeId.parse(ref.getId()));
            } catch (IllegalArgumentException e) {
                throw ApiErrors.of(ErrorCode.INVALID_PARAM, "volume: " + e.getMessage());
            }
        }
        return found.orElseThrow(() ->
                ApiErrors.of(
                        ErrorCode.VOLUME_NOT_FOUND, "no volume " + ref.getName() + ref.getId()));
    }

    @Override
    public void deleteVolume(VolumeRef request, StreamObserver<Empty> observer) {
        answer(
                observer,
                () -> {
                    done(new Command.DeleteVolume(find(request).id()));
                    return Empty.getDefaultInstance();
                });
    }

    @Override
    public void getVolume(VolumeRef request, StreamObserver<Volume> observer) {
        answer(
                observer,
                () -> {
                    VolumeRecord volume = find(request);
                    return Protos.volume(volume, peers.statuses(node.image()));
                });
    }

    @Override
    public void findOwner(VolumeRef request, StreamObserver<VolumeOwner> observer) {
        answer(
                observer,
                () -> {
                    VolumeRecord volume = find(request);
                    NodeRecord owner = node.image().node(volume.owner()).orElseThrow();
                    return VolumeOwner.newBuilder()
                            .setNode(volume.owner().value())
                            .setHost(owner.host())
                            .setBasePort(owner.basePort())
                            .setEpoch(volume.epoch())
                            .build();
                });
    }

    @Override
    public void listVolumes(
            ListVolumesRequest request, StreamObserver<ListVolumesResponse> observer) {
        answer(
                observer,
                () -> {
                    ClusterImage image = formed();
                    Map<Integer, NodeStatus> statuses = peers.statuses(image);
                    ListVolumesResponse.Builder all = ListVolumesResponse.newBuilder();
                    image.volumes()
                            .values()
                            .forEach(v -> all.addVolumes(Protos.volume(v, statuses)));
                    return all.build();
                });
    }

    @Override
    public void resizeVolume(ResizeVolumeRequest request, StreamObserver<Volume> observer) {
        answer(
                observer,
                () ->
                        done(
                                new Command.ResizeVolume(
                                        find(request.getVolume()).id(), request.getSizeBytes())));
    }

    @Override
    public void setVolumePolicy(SetVolumePolicyRequest request, StreamObserver<Volume> observer) {
        answer(
                observer,
                () -> {
                    VolumeRecord volume = find(request.getVolume());
                    return done(VolumeShape.command(formed(), volume, request.getPolicy()));
                });
    }

    @Override
    public void moveVolume(MoveVolumeRequest request, StreamObserver<Volume> observer) {
        answer(
                observer,
                () ->
                        done(
                                new Command.MoveVolume(
                                        find(request.getVolume()).id(),
                                        nodeId("owner", request.getOwner()))));
    }

    @Override
    public void recoverVolume(RecoverVolumeRequest request, StreamObserver<Recovery> observer) {
        answer(
                observer,
                () -> {
                    VolumeRecord volume = find(request.getVolume());
                    LastResort.Plan plan = lastResort.plan(volume, request.getFromList());
                    Volume now =
                            request.getAcceptDataLoss()
                                    ? done(plan.command(request.getEpoch()))
                                    : Protos.volume(volume).build();
                    return plan.told().setVolume(now).build();
                });
    }

    @Override
    public void exportVolume(ExportVolumeRequest request, StreamObserver<Export> observer) {
        answer(
                observer,
                () -> {
                    VolumeRecord volume = find(request.getVolume());
                    boolean isExported =
                            volume.attachments().stream().anyMatch(AttachmentRecord::manual);
                    if (!isExported) {
                        done(
                                new Command.Attach(
                                        volume.id(),
                                        new AttachmentRecord(
                                                node.newId(),
                                                "export",
                                                true,
                                                request.getReadOnly())));
                    }
                    return Exports.of(node, volume);
                });
    }

    @Override
    public void unexportVolume(VolumeRef request, StreamObserver<Empty> observer) {
        answer(
                observer,
                () -> {
                    VolumeRecord volume = find(request);
                    volume.attachments().stream()
                            .filter(AttachmentRecord::manual)
                            .forEach(a -> done(new Command.Detach(volume.id(), a.id())));
                    return Empty.getDefaultInstance();
                });
    }

    @Override
    public void attach(AttachRequest request, StreamObserver<Attachment> observer) {
        answer(
                observer,
                () -> {
                    VolumeRecord volume = find(request.getVolume());
                    long id =
                            request.getAttachmentId() == 0
                                    ? node.newId()
                                    : request.getAttachmentId();
                    AttachmentRecord attachment =
                            new AttachmentRecord(
                                    id, request.getHost(), false, request.getReadOnly());
                    done(new Command.Attach(volume.id(), attachment));
                    Attachment.Builder shown = Protos.attachment(volume, attachment);
                    node.image()
                            .node(volume.owner())
                            .ifPresent(owner ->
                                    shown.setOwnerHost(owner.host())
                                            .setOwnerPort(owner.basePort()));
                    return shown.build();
                });
    }

    @Override
    public void detach(DetachRequest request, StreamObserver<Empty> observer) {
        answer(
                observer,
                () -> {
                    done(
                            new Command.Detach(
                                    find(request.getVolume()).id(), request.getAttachmentId()));
                    return Empty.getDefaultInstance();
                });
    }

    @Override
    public void getBlockLocation(
            BlockLocationRequest request, StreamObserver<BlockLocation> observer) {
        answer(
                observer,
                () -> {
                    VolumeRecord volume = find(request.getVolume());
                    int[] nodes = new int[BlockPlacement.MEMBERS_MAX];
                    int count =
                            new BlockPlacement(
                                            volume.id(), volume.ring(), volume.policy().replicas())
                                    .replicasOf(request.getBlock(), nodes);
                    BlockLocation.Builder location = BlockLocation.newBuilder();
                    for (int i = 0; i < count; i++) {
                        location.addNodes(nodes[i]);
                    }
                    return location.build();
                });
    }

    @Override
    public void getNodeStatus(GetNodeStatusRequest request, StreamObserver<NodeStatus> observer) {
        answer(observer, () -> Protos.nodeStatus(node));
    }

    @Override
    public void setLogLevel(SetLogLevelRequest request, StreamObserver<Empty> observer) {
        answer(
                observer,
                () -> {
                    int other = request.getNode();
                    if (other != 0 && other != node.config().cluster().nodeId()) {
                        return peers.known(other).call(s -> s.setLogLevel(request));
                    }
                    try {
                        node.setLogLevel(Level.valueOf(request.getLevel()));
                    } catch (IllegalArgumentException e) {
                        throw ApiErrors.of(
                                ErrorCode.INVALID_PARAM,
                                "level is '"
                                        + request.getLevel()
                                        + "', allowed is FATAL, ERROR, WARN, INFO, DEBUG or TRACE");
                    }
                    return Empty.getDefaultInstance();
                });
    }

    @Override
    public void renewLease(RenewLeaseRequest request, StreamObserver<RenewLeaseResponse> observer) {
        answer(
                observer,
                () -> {
                    LeaseAnswer answer =
                            node.renewLease(
                                    request.getNode(),
                                    request.getIncarnation(),
                                    request.getImageIndex());
                    long granted =
                            answer == LeaseAnswer.GRANTED ? LeaseConfig.DEFAULT.holderNanos() : 0;
                    return RenewLeaseResponse.newBuilder()
                            .setDurationNanos(granted)
                            .setLeaderNode(node.leaderNode())
                            .build();
                });
    }

    @Override
    public void watch(WatchRequest request, StreamObserver<WatchEvent> observer) {
        Optional<VolumeId> only;
        try {
            formed();
            only =
                    request.hasVolume()
                            ? Optional.of(find(request.getVolume()).id())
                            : Optional.empty();
        } catch (StatusRuntimeException e) {
            observer.onError(e);
            return;
        }
        streams.watch(only, observer);
    }

    @Override
    public void follow(FollowRequest request, StreamObserver<FollowUpdate> observer) {
        streams.follow(observer);
    }

    @Override
    public void propose(ProposeRequest request, StreamObserver<ProposeResponse> observer) {
        answer(observer, () -> Protos.outcome(proposer.await(request.getCommand().toByteArray())));
    }

    @Override
    public void deleteOrphan(DeleteOrphanRequest request, StreamObserver<Empty> observer) {
        answer(observer, () -> new Orphans(node, peers).delete(request));
    }

    @Override
    public void scrubVolume(VolumeRef request, StreamObserver<Empty> observer) {
        answer(observer, () -> VolumeOwners.scrub(node, peers, find(request)));
    }

    @Override
    public void backUpMetadata(Empty request, StreamObserver<MetadataBackup> observer) {
        answer(observer, () -> Protos.backup(formed()));
    }

    @Override
    public void raiseFeatureLevel(
            RaiseFeatureLevelRequest request, StreamObserver<Empty> observer) {
        answer(
                observer,
                () -> {
                    done(new Command.RaiseFeatureLevel(request.getLevel()));
                    return Empty.getDefaultInstance();
                });
    }

    @Override
    public void replaceNode(ReplaceNodeRequest request, StreamObserver<Empty> observer) {
        answer(
                observer,
                () -> {
                    nodes.replace(nodeId("node", request.getNode()), request.getStoreId());
                    return Empty.getDefaultInstance();
                });
    }

    @Override
    public void getMembership(GetMembershipRequest request, StreamObserver<Membership> observer) {
        answer(observer, () -> Protos.membership(node.image(), node.members(), request.getNode()));
    }

    @Override
    public void removeMember(RemoveMemberRequest request, StreamObserver<Empty> observer) {
        answer(
                observer,
                () -> {
                    node.dismiss(request.getNode());
                    return Empty.getDefaultInstance();
                });
    }

    @Override
    public void joinGroup(JoinGroupRequest request, StreamObserver<Empty> observer) {
        answer(
                observer,
                () -> {
                    Member member = request.getMember();
                    node.admit(
                            request.getPeerId(),
                            new DatanodeConfig.Member(
                                    member.getNode(), member.getHost(), member.getBasePort()));
                    return Empty.getDefaultInstance();
                });
    }

    @Override
    public void drainNode(DrainNodeRequest request, StreamObserver<NodeContents> observer) {
        answer(observer, () -> nodes.drain(nodeId("node", request.getNode()), request.getCancel()));
    }

    @Override
    public void getNodeContents(NodeRef request, StreamObserver<NodeContents> observer) {
        answer(observer, () -> nodes.contents(nodeId("node", request.getNode())));
    }

    @Override
    public void giveUpNode(NodeRef request, StreamObserver<NodeContents> observer) {
        answer(observer, () -> nodes.giveUp(nodeId("node", request.getNode())));
    }

    @Override
    public void removeNode(NodeRef request, StreamObserver<Empty> observer) {
        answer(
                observer,
                () -> {
                    nodes.remove(nodeId("node", request.getNode()));
                    return Empty.getDefaultInstance();
                });
    }
}
