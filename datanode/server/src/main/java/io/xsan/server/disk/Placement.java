package io.xsan.server.disk;

import java.util.Locale;

/** Which thread writes and syncs a device. */
public enum Placement {
    /** What a probe at the start finds best. */
    AUTO,
    /** The shard, at the end of its turn: half the CPU, for devices that sync quickly. */
    LOOP,
    /** A thread of the device, so that a slow sync keeps nobody else waiting. */
    THREAD;

    /** The placement of that name in lower case. */
    public static Placement of(String name) {
        return valueOf(name.toUpperCase(Locale.ROOT));
    }
}
