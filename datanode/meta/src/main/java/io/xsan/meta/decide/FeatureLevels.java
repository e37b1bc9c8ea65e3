package io.xsan.meta.decide;

/** What the feature levels of a cluster bring; see docs/METADATA.md. */
public final class FeatureLevels {
    /** Several devices for each node: components are given up one by one. */
    public static final int DEVICES = 2;

    /** The highest there is. */
    public static final int HIGHEST = DEVICES;

    private FeatureLevels() {}
}
