package io.xsan.engine;

import java.util.EnumSet;

/** The bugs that are planted in one simulated world. */
public final class Bugs {
    /** Production. */
    public static final Bugs NONE = new Bugs(EnumSet.noneOf(Bug.class));

    private final EnumSet<Bug> planted;

    private Bugs(EnumSet<Bug> planted) {
        this.planted = planted;
    }

    /** A world with one bug. */
    public static Bugs of(Bug bug) {
        return new Bugs(EnumSet.of(bug));
    }

    /** True if {@code bug} is planted. */
    public boolean has(Bug bug) {
        return planted.contains(bug);
    }
}
