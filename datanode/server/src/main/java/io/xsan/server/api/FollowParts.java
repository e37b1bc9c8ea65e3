package io.xsan.server.api;

import com.google.protobuf.ByteString;
import io.xsan.base.NodeId;
import io.xsan.base.VolumeId;
import io.xsan.meta.codec.RecordCodec;
import io.xsan.meta.image.ImageDelta;
import io.xsan.meta.image.NodeRecord;
import io.xsan.meta.image.VolumeRecord;
import io.xsan.protocol.v1.FollowUpdate;
import io.xsan.protocol.v1.Member;
import io.xsan.server.config.DatanodeConfig;
import java.util.ArrayList;
import java.util.List;

/** Changes of the metadata as messages for datanodes that follow: in parts of bounded size. */
final class FollowParts {
    /** Records of one part. */
    private static final int RECORDS_MAX = 256;

    private FollowParts() {}

    /** A message that names the members and nothing else. */
    static FollowUpdate members(NodeView node) {
        return addMembers(node, FollowUpdate.newBuilder()).setComplete(true).build();
    }

    /** The parts of a change, the last of them complete. */
    static List<FollowUpdate> of(NodeView node, ImageDelta delta, boolean isFirst) {
        List<FollowUpdate> parts = new ArrayList<>();
        FollowUpdate.Builder part = FollowUpdate.newBuilder().setSnapshot(isFirst);
        for (NodeRecord record : delta.nodes()) {
            part = part(parts, part);
            part.addNodes(ByteString.copyFrom(RecordCodec.encode(record)));
        }
        for (VolumeRecord record : delta.volumes()) {
            part = part(parts, part);
            part.addVolumes(ByteString.copyFrom(RecordCodec.encode(record)));
        }
        for (NodeId removed : delta.removedNodes()) {
            part.addRemovedNodes(removed.value());
        }
        for (VolumeId removed : delta.removedVolumes()) {
            part.addRemovedVolumes(removed.value());
        }
        if (delta.featureLevel() > 0) {
            part.setCluster(
                    ByteString.copyFrom(
                            RecordCodec.encode(
                                    new RecordCodec.ClusterRecord(
                                            delta.index(),
                                            delta.clusterId(),
                                            delta.featureLevel()))));
        }
        part.setIndex(delta.index()).setComplete(true).setLeaderNode(node.leaderNode());
        parts.add(addMembers(node, part).build());
        return parts;
    }

    /** {@code part}, or another one if it is full. */
    private static FollowUpdate.Builder part(List<FollowUpdate> full, FollowUpdate.Builder part) {
        if (part.getNodesCount() + part.getVolumesCount() < RECORDS_MAX) {
            return part;
        }
        full.add(part.build());
        return FollowUpdate.newBuilder();
    }

    private static FollowUpdate.Builder addMembers(NodeView node, FollowUpdate.Builder update) {
        for (DatanodeConfig.Member member : node.members()) {
            update.addMembers(
                    Member.newBuilder()
                            .setNode(member.nodeId())
                            .setHost(member.host())
                            .setBasePort(member.port()));
        }
        return update;
    }
}
