package io.xsan.sim.cluster;

import io.xsan.sim.disk.SimDisk;
import io.xsan.sim.world.SimLane;
import io.xsan.sim.world.SimRandom;
import io.xsan.sim.world.SimWorld;

/** How long the operations of a node's device take; their ends come as events of the node. */
final class DiskPace implements SimDisk.Delivery {
    private static final long READ_NANOS = 80 * SimWorld.MICRO_NANOS;
    private static final long WRITE_NANOS = 30 * SimWorld.MICRO_NANOS;
    private static final long SYNC_NANOS = 300 * SimWorld.MICRO_NANOS;

    private final SimRandom chance;
    private SimLane lane;
    private long extraNanos;

    DiskPace(SimRandom chance, SimLane lane) {
        this.chance = chance;
        this.lane = lane;
    }

    /** A new life of the node. */
    void lane(SimLane next) {
        lane = next;
    }

    void extra(long nanos) {
        extraNanos = nanos;
    }

    @Override
    public void deliver(SimDisk.Kind kind, long lengthBytes, Runnable completion) {
        long typical =
                switch (kind) {
                    case READ -> READ_NANOS;
                    case WRITE -> WRITE_NANOS + lengthBytes / 4;
                    case SYNC -> SYNC_NANOS;
                };
        long extra = extraNanos == 0 ? 0 : chance.between(0, extraNanos);
        lane.post(chance.delay(typical) + extra, completion);
    }
}
