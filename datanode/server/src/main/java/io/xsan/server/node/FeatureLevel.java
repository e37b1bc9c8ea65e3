package io.xsan.server.node;

import io.xsan.base.log.Level;
import io.xsan.meta.decide.FeatureLevels;
import io.xsan.meta.image.ClusterImage;
import io.xsan.server.log.EventLog;

/**
 * The feature level of this program: which kinds of records, formats and frames it knows. A program
 * that is older than the cluster's level would misread what newer ones write, and ends.
 */
final class FeatureLevel {
    /** The newest level known. An older one can be played by tests of upgrades. */
    static final int KNOWN = Integer.getInteger("xsan.feature-level", FeatureLevels.HIGHEST);

    private FeatureLevel() {}

    /** Ends the process if the cluster is at a level that this program does not know. */
    static void check(ClusterImage image, EventLog log) {
        if (image.featureLevel() > KNOWN) {
            log.event(
                    Level.FATAL,
                    "cannot-go-on",
                    "reason",
                    "the cluster is at feature level "
                            + image.featureLevel()
                            + ", this program knows up to "
                            + KNOWN
                            + ": start the newer program");
            Runtime.getRuntime().halt(2);
        }
    }
}
