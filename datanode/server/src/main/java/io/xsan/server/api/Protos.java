package io.xsan.server.api;

import com.google.protobuf.ByteString;
import io.xsan.base.ErrorCode;
import io.xsan.base.Version;
import io.xsan.base.VolumeId;
import io.xsan.base.seam.ConsensusLog;
import io.xsan.engine.ShardStatus;
import io.xsan.meta.codec.RecordCodec;
import io.xsan.meta.heartbeat.HeardNode;
import io.xsan.meta.image.AttachmentRecord;
import io.xsan.meta.image.ClusterImage;
import io.xsan.meta.image.ComponentRecord;
import io.xsan.meta.image.ImageDelta;
import io.xsan.meta.image.MoveRecord;
import io.xsan.meta.image.NodeRecord;
import io.xsan.meta.image.VolumePolicy;
import io.xsan.meta.image.VolumeRecord;
import io.xsan.protocol.v1.Attachment;
import io.xsan.protocol.v1.Component;
import io.xsan.protocol.v1.Engine;
import io.xsan.protocol.v1.Heartbeat;
import io.xsan.protocol.v1.HeldComponent;
import io.xsan.protocol.v1.Membership;
import io.xsan.protocol.v1.MetadataBackup;
import io.xsan.protocol.v1.Move;
import io.xsan.protocol.v1.Node;
import io.xsan.protocol.v1.NodeStatus;
import io.xsan.protocol.v1.Policy;
import io.xsan.protocol.v1.ProposeResponse;
import io.xsan.protocol.v1.StorageDevice;
import io.xsan.protocol.v1.Store;
import io.xsan.protocol.v1.Volume;
import io.xsan.protocol.v1.WatchEvent;
import io.xsan.server.config.DatanodeConfig;
import io.xsan.server.shard.DeviceStatus;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Records of the core as messages of the API. */
final class Protos {
    private Protos() {}

    static Volume.Builder volume(VolumeRecord record) {
        Volume.Builder volume =
                Volume.newBuilder()
                        .setId(record.id().toString())
                        .setName(record.name())
                        .setSizeBytes(record.sizeBytes())
                        .setSectorBytes(record.sectorBytes())
                        .setPolicy(policy(record.policy()))
                        .setOwner(record.owner().value())
                        .setEpoch(record.epoch())
                        .setDeleting(record.deleting());
        record.components().forEach(c -> volume.addComponents(component(c)));
        record.leaving().forEach(c -> volume.addLeaving(component(c)));
        record.move().ifPresent(move -> volume.setMove(move(move)));
        for (AttachmentRecord attachment : record.attachments()) {
            volume.addAttachments(attachment(record, attachment));
        }
        return volume;
    }

    private static Policy policy(VolumePolicy policy) {
        return Policy.newBuilder()
                .setReplicas(policy.replicas())
                .setMinReplicas(policy.minReplicas())
                .setWidth(policy.width())
                .setDurability(VolumeShape.DURABILITY)
                .build();
    }

    private static Component component(ComponentRecord component) {
        return Component.newBuilder()
                .setNode(component.node().value())
                .setGeneration(component.generation())
                .setState(component.state().name())
                .setSince(Version.text(component.since()))
                .setAttempt(component.attempt())
                .build();
    }

    private static Move move(MoveRecord move) {
        Move.Builder shown =
                Move.newBuilder()
                        .setRingVersion(move.ring().version())
                        .setPolicy(policy(move.policy()));
        move.ring().members().forEach(member -> shown.addNodes(member.node().value()));
        move.gains().forEach(gain -> shown.addGains(component(gain)));
        return shown.build();
    }

    /** The volume with what its owner says of engine and resyncs. */
    static Volume volume(VolumeRecord record, Map<Integer, NodeStatus> nodes) {
        Volume.Builder volume = volume(record);
        NodeStatus owner = nodes.get(record.owner().value());
        if (owner == null) {
            return volume.build();
        }
        for (Engine engine : owner.getEnginesList()) {
            if (engine.getVolumeId().equals(record.id().toString())) {
                volume.setEngine(engine);
                for (Component resync : engine.getResyncsList()) {
                    List<Component.Builder> shown =
                            resync.getGain()
                                    ? volume.getMoveBuilder().getGainsBuilderList()
                                    : volume.getComponentsBuilderList();
                    shown.stream()
                            .filter(component -> component.getNode() == resync.getNode())
                            .forEach(component ->
                                    component
                                            .setPagesLeft(resync.getPagesLeft())
                                            .setPagesCopied(resync.getPagesCopied()));
                }
            }
        }
        return volume.build();
    }

    static Attachment.Builder attachment(VolumeRecord volume, AttachmentRecord record) {
        return Attachment.newBuilder()
                .setId(record.id())
                .setHost(record.host())
                .setManual(record.manual())
                .setReadOnly(record.readOnly())
                .setVolumeId(volume.id().toString())
                .setOwner(volume.owner().value())
                .setSizeBytes(volume.sizeBytes());
    }

    /** A change as an event; none where it does not concern volume {@code only}. */
    static List<WatchEvent> event(
            NodeView node, ImageDelta delta, boolean isFirst, Optional<VolumeId> only) {
        WatchEvent.Builder event =
                WatchEvent.newBuilder()
                        .setIndex(delta.index())
                        .setSnapshot(isFirst)
                        .setLeaderNode(node.leaderNode());
        for (VolumeRecord volume : delta.volumes()) {
            if (only.isEmpty() || only.get().equals(volume.id())) {
                event.addVolumes(volume(volume));
            }
        }
        for (VolumeId removed : delta.removedVolumes()) {
            if (only.isEmpty() || only.get().equals(removed)) {
                event.addRemovedVolumes(removed.toString());
            }
        }
        if (only.isEmpty()) {
            delta.nodes().forEach(record -> event.addNodes(node(node, record)));
            delta.removedNodes().forEach(removed -> event.addRemovedNodes(removed.value()));
        }
        boolean isWanted =
                isFirst
                        || event.getVolumesCount() + event.getRemovedVolumesCount() > 0
                        || event.getNodesCount() + event.getRemovedNodesCount() > 0;
        return isWanted ? List.of(event.build()) : List.of();
    }

    /** A node with what was heard of it. */
    static Node.Builder node(NodeView view, NodeRecord record) {
        Node.Builder shown = node(record);
        int number = record.id().value();
        shown.setMember(view.members().stream().anyMatch(m -> m.nodeId() == number));
        HeardNode heard = view.heard().get(record.id());
        if (heard != null) {
            shown.setHeartbeat(
                    Heartbeat.newBuilder()
                            .setAgeMillis((view.nanoTime() - heard.heardNanos()) / 1_000_000)
                            .setSilent(heard.isSilent())
                            .setDisks(heard.report().disks().name())
                            .setUsableBytes(heard.report().usableBytes())
                            .setFreeBytes(heard.report().freeBytes()));
        }
        return shown;
    }

    private static Node.Builder node(NodeRecord record) {
        return Node.newBuilder()
                .setId(record.id().value())
                .setHost(record.host())
                .setBasePort(record.basePort())
                .setDomain(record.domain())
                .setUsableBytes(record.usableBytes())
                .setIncarnation(record.incarnation())
                .setFeatureLevelMax(record.featureLevelMax())
                .setDraining(record.draining())
                .setStoreId(record.hasStore() ? hex(record.storeId()) : "");
    }

    /** What is known of a node that wants to take part in the metadata group. */
    static Membership membership(
            ClusterImage image, List<DatanodeConfig.Member> members, int node) {
        Membership.Builder shown =
                Membership.newBuilder()
                        .setFormed(image.isFormed())
                        .setIsMember(members.stream().anyMatch(m -> m.nodeId() == node));
        image.nodes().values().stream()
                .filter(record -> record.id().value() == node)
                .forEach(record -> shown.setKnown(true).setHasStore(record.hasStore()));
        return shown.build();
    }

    /** How a proposal ended. */
    static ProposeResponse outcome(ConsensusLog.Outcome outcome) {
        ProposeResponse.Builder response = ProposeResponse.newBuilder();
        switch (outcome) {
            case ConsensusLog.Outcome.Applied applied ->
                    response.setOutcome(ProposeResponse.Outcome.APPLIED)
                            .setIndex(applied.index())
                            .setResult(ByteString.copyFrom(applied.result()));
            case ConsensusLog.Outcome.NotReady(String reason) ->
                    response.setOutcome(ProposeResponse.Outcome.NOT_READY).setReason(reason);
            case ConsensusLog.Outcome.MaybeApplied(String reason) ->
                    response.setOutcome(ProposeResponse.Outcome.MAYBE_APPLIED).setReason(reason);
        }
        return response.build();
    }

    /** The whole of the metadata. */
    static MetadataBackup backup(ClusterImage image) {
        return MetadataBackup.newBuilder()
                .setIndex(image.index())
                .setImage(ByteString.copyFrom(RecordCodec.encode(image)))
                .build();
    }

    /** The number that 16 hexadecimal digits name. */
    static long storeId(String text) {
        if (!text.matches("[0-9a-f]{1,16}")) {
            throw ApiErrors.of(
                    ErrorCode.INVALID_PARAM,
                    "store_id",
                    "store_id is '" + text + "', allowed are 1 to 16 hexadecimal digits");
        }
        return Long.parseUnsignedLong(text, 16);
    }

    static NodeStatus nodeStatus(NodeView node) {
        ClusterImage image = node.image();
        ShardStatus shard = node.shardStatus();
        NodeStatus.Builder status =
                NodeStatus.newBuilder()
                        .setNode(node.config().cluster().nodeId())
                        .setAppliedIndex(image.index())
                        .setLeaderNode(node.leaderNode())
                        .setHasLease(node.hasLease())
                        .setStore(
                                Store.newBuilder()
                                        .setStoreId(shard.store().storeId())
                                        .setUsableBytes(shard.store().usableBytes())
                                        .setFreeBytes(shard.store().freeBytes())
                                        .setLiveBytes(shard.store().liveBytes())
                                        .setClientBytesWritten(shard.store().clientBytesWritten())
                                        .setDeviceBytesWritten(shard.store().deviceBytesWritten())
                                        .setSyncs(shard.store().syncs())
                                        .setFailed(shard.store().isFailed())
                                        .setCleanedSegments(shard.store().cleanedSegments())
                                        .setMovedBytes(shard.store().movedBytes()));
        LoadProtos.addTraffic(status, node.traffic());
        shard.engines().forEach(engine -> status.addEngines(engine(engine)));
        shard.components().forEach(component -> status.addComponents(held(component)));
        node.devices().forEach(device -> status.addDevices(device(shard, device)));
        return status.build();
    }

    private static StorageDevice.Builder device(ShardStatus shard, DeviceStatus from) {
        StorageDevice.Builder device =
                StorageDevice.newBuilder()
                        .setPath(from.path().toString())
                        .setType(from.type())
                        .setRole(from.role())
                        .setState(from.state().name())
                        .setReason(from.reason())
                        .setStoreId(from.storeId() == 0 ? "" : hex(from.storeId()));
        from.store()
                .ifPresent(store ->
                        device.setUsableBytes(store.usableBytes())
                                .setFreeBytes(Math.max(0, store.freeBytes()))
                                .setLiveBytes(store.liveBytes()));
        long components =
                shard.components().stream().filter(c -> c.storeId() == from.storeId()).count();
        return device.setComponents((int) components);
    }

    private static String hex(long storeId) {
        return String.format("%016x", storeId);
    }

    private static Engine.Builder engine(ShardStatus.Engine from) {
        Engine.Builder engine =
                Engine.newBuilder()
                        .setVolumeId(new VolumeId(from.volume()).toString())
                        .setEpoch(from.epoch())
                        .setState(from.state().name())
                        .setReason(from.reason())
                        .setStable(Version.text(from.stable()))
                        .setSessions(from.sessions())
                        .setReads(from.reads())
                        .setWrites(from.writes())
                        .setReadBytes(from.readBytes())
                        .setWrittenBytes(from.writtenBytes())
                        .setLoad(LoadProtos.load(from.load()))
                        .setScrub(LoadProtos.scrub(from.scrub()));
        for (ShardStatus.Resync resync : from.resyncs()) {
            engine.addResyncs(
                    Component.newBuilder()
                            .setNode(resync.node())
                            .setGain(resync.gain())
                            .setAttempt(resync.attempt())
                            .setPagesLeft(resync.pagesLeft())
                            .setPagesCopied(resync.pagesCopied()));
        }
        return engine;
    }

    private static HeldComponent.Builder held(ShardStatus.Component from) {
        return HeldComponent.newBuilder()
                .setVolumeId(new VolumeId(from.volume()).toString())
                .setGeneration(from.generation())
                .setStoreId(hex(from.storeId()))
                .setEpoch(from.epoch())
                .setStable(Version.text(from.stable()))
                .setMappedBytes(from.mappedBytes())
                .setDamaged(from.damaged())
                .setOrphan(from.orphan().isPresent())
                .setName(from.orphan().orElse(""));
    }
}
