package io.xsan.meta.codec;

import io.xsan.base.ClusterId;
import io.xsan.meta.image.AttachmentRecord;
import io.xsan.meta.image.ComponentRecord;
import io.xsan.meta.image.ComponentState;
import io.xsan.meta.image.MoveRecord;
import io.xsan.meta.image.NodeRecord;
import io.xsan.meta.image.RingRecord;
import io.xsan.meta.image.VolumePolicy;
import io.xsan.meta.image.VolumeRecord;
import java.util.List;
import java.util.Optional;

/** The fields of records, as they stand within bodies of all kinds. */
final class RecordFields {
    /** Fewest bytes of a node, a volume. */
    static final int NODE_BYTES_MIN = 39;

    static final int VOLUME_BYTES_MIN = 92;
    private static final int MEMBER_BYTES_MIN = 6;
    private static final int COMPONENT_BYTES_MIN = 31;
    private static final int ATTACHMENT_BYTES_MIN = 11;

    private RecordFields() {}

    static void putCluster(ByteSink out, ClusterId id) {
        out.i64(id.high()).i64(id.low());
    }

    static ClusterId cluster(ByteSource in) {
        long high = in.i64("clusterId");
        long low = in.i64("clusterId");
        if ((high | low) == 0) {
            in.fail(Decoded.Fault.OUT_OF_RANGE, "clusterId");
            return new ClusterId(0, 1);
        }
        return new ClusterId(high, low);
    }

    static void putNode(ByteSink out, NodeRecord node) {
        out.node(node.id()).i64(node.incarnation()).i64(node.storeId()).text(node.host());
        out.i32(node.basePort()).text(node.domain()).i64(node.usableBytes());
        out.i32(node.featureLevelMax()).flag(node.draining());
    }

    static NodeRecord node(ByteSource in) {
        return new NodeRecord(
                in.node("node.id"),
                in.natural("node.incarnation"),
                in.natural("node.storeId"),
                in.text("node.host"),
                in.count("node.basePort"),
                in.text("node.domain"),
                in.natural("node.usableBytes"),
                in.count("node.featureLevelMax"),
                in.flag("node.draining"));
    }

    static void putPolicy(ByteSink out, VolumePolicy policy) {
        out.i32(policy.replicas()).i32(policy.minReplicas()).i32(policy.width());
    }

    static VolumePolicy policy(ByteSource in) {
        return new VolumePolicy(
                in.i32("policy.replicas"), in.i32("policy.minReplicas"), in.i32("policy.width"));
    }

    static void putRing(ByteSink out, RingRecord ring) {
        out.i64(ring.version()).i32(ring.members().size());
        for (RingRecord.Member member : ring.members()) {
            out.node(member.node()).u16(member.weight()).text(member.domain());
        }
    }

    static RingRecord ring(ByteSource in) {
        long version = in.natural("ring.version");
        List<RingRecord.Member> members =
                in.list(
                        MEMBER_BYTES_MIN,
                        "ring.members",
                        () ->
                                new RingRecord.Member(
                                        in.node("ring.node"),
                                        (int) in.range(in.u16("weight"), 1, 1000, "weight"),
                                        in.text("ring.domain")));
        return new RingRecord(version, members);
    }

    static void putComponent(ByteSink out, ComponentRecord component) {
        out.node(component.node()).i64(component.generation()).u8(component.state().ordinal());
        out.i64(component.since()).i32(component.attempt()).i64(component.storeId());
    }

    static ComponentRecord component(ByteSource in) {
        return new ComponentRecord(
                in.node("component.node"),
                in.positive("component.generation"),
                in.constant(ComponentState.values(), "component.state"),
                in.natural("component.since"),
                in.count("component.attempt"),
                in.natural("component.storeId"));
    }

    private static void putComponents(ByteSink out, List<ComponentRecord> components) {
        out.i32(components.size());
        components.forEach(component -> putComponent(out, component));
    }

    private static List<ComponentRecord> components(ByteSource in, String name) {
        return in.list(COMPONENT_BYTES_MIN, name, () -> component(in));
    }

    private static void putMove(ByteSink out, MoveRecord move) {
        putRing(out, move.ring());
        putPolicy(out, move.policy());
        putComponents(out, move.gains());
    }

    private static MoveRecord move(ByteSource in) {
        return new MoveRecord(ring(in), policy(in), components(in, "move.gains"));
    }

    static void putAttachment(ByteSink out, AttachmentRecord attachment) {
        out.i64(attachment.id()).text(attachment.host());
        out.u8((attachment.manual() ? 1 : 0) | (attachment.readOnly() ? 2 : 0));
    }

    static AttachmentRecord attachment(ByteSource in) {
        long id = in.i64("attachment.id");
        String host = in.text("attachment.host");
        long flags = in.range(in.u8("attachment.flags"), 0, 3, "attachment.flags");
        return new AttachmentRecord(id, host, (flags & 1) != 0, (flags & 2) != 0);
    }

    static void putVolume(ByteSink out, VolumeRecord volume) {
        out.volume(volume.id()).text(volume.name()).i64(volume.sizeBytes());
        out.i32(volume.sectorBytes());
        putPolicy(out, volume.policy());
        putRing(out, volume.ring());
        out.flag(volume.move().isPresent());
        volume.move().ifPresent(move -> putMove(out, move));
        putComponents(out, volume.components());
        putComponents(out, volume.leaving());
        out.i64(volume.lastGeneration());
        out.node(volume.owner()).i32(volume.epoch()).i64(volume.ownerIncarnation());
        out.i64(volume.grantRequestId()).i32(volume.attachments().size());
        volume.attachments().forEach(attachment -> putAttachment(out, attachment));
        out.flag(volume.deleting()).i64(volume.createdMillis());
    }

    static VolumeRecord volume(ByteSource in) {
        var id = in.volume("volume.id");
        String name = in.text("volume.name");
        long sizeBytes = in.positive("volume.sizeBytes");
        int sectorBytes = in.i32("volume.sectorBytes");
        if (sectorBytes != 512 && sectorBytes != 4096) {
            in.fail(Decoded.Fault.OUT_OF_RANGE, "volume.sectorBytes");
            sectorBytes = 512;
        }
        if (sizeBytes % sectorBytes != 0) {
            in.fail(Decoded.Fault.OUT_OF_RANGE, "volume.sizeBytes");
            sizeBytes = sectorBytes;
        }
        return new VolumeRecord(
                id,
                name,
                sizeBytes,
                sectorBytes,
                policy(in),
                ring(in),
                in.flag("volume.move") ? Optional.of(move(in)) : Optional.empty(),
                components(in, "volume.components"),
                components(in, "volume.leaving"),
                in.positive("volume.lastGeneration"),
                in.node("volume.owner"),
                in.epoch("volume.epoch"),
                in.i64("volume.ownerIncarnation"),
                in.i64("volume.grantRequestId"),
                in.list(ATTACHMENT_BYTES_MIN, "volume.attachments", () -> attachment(in)),
                in.flag("volume.deleting"),
                in.i64("volume.createdMillis"));
    }
}
