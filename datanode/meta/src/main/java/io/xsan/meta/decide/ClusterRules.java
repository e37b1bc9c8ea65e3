package io.xsan.meta.decide;

import io.xsan.base.ErrorCode;
import io.xsan.meta.command.Command;
import io.xsan.meta.command.Result;
import io.xsan.meta.image.ClusterImage;
import io.xsan.meta.image.NodeRecord;

/** The cluster as a whole: its identity and its feature level. */
final class ClusterRules {
    private ClusterRules() {}

    static Result form(Draft draft, Command.FormCluster command) {
        ClusterImage image = draft.image();
        if (command.featureLevel() < 1) {
            return Refusals.notAllowed("featureLevel", command.featureLevel(), "1 or more");
        }
        if (image.isFormed()) {
            return image.clusterId().equals(command.clusterId())
                    ? draft.done()
                    : Refusals.conflict(
                            "clusterId",
                            "this cluster is formed as "
                                    + image.clusterId()
                                    + ", not as "
                                    + command.clusterId());
        }
        draft.putCluster(command.clusterId(), command.featureLevel());
        return draft.done();
    }

    static Result raise(Draft draft, Command.RaiseFeatureLevel command) {
        ClusterImage image = draft.image();
        if (command.level() < image.featureLevel()) {
            return Refusals.notAllowed(
                    "level", command.level(), image.featureLevel() + " or more, as it is now");
        }
        for (NodeRecord node : image.nodes().values()) {
            if (node.featureLevelMax() < command.level()) {
                return Refusals.of(
                        ErrorCode.UNSUPPORTED,
                        "level",
                        "level is "
                                + command.level()
                                + "; node "
                                + node.id()
                                + " supports up to "
                                + node.featureLevelMax());
            }
        }
        draft.putCluster(image.clusterId(), command.level());
        return draft.done();
    }
}
