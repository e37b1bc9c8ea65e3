package io.xsan.meta.decide;

import io.xsan.base.NodeId;
import io.xsan.base.VolumeId;
import io.xsan.meta.command.Result;
import io.xsan.meta.image.ClusterImage;
import java.util.SortedSet;

/**
 * The outcome of a command: its result, the image after it, and which records differ from the image
 * before (one that is not in the image any more was removed).
 */
public record Decision(
        Result result,
        ClusterImage image,
        SortedSet<NodeId> changedNodes,
        SortedSet<VolumeId> changedVolumes) {}
