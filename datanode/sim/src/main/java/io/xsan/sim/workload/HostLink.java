package io.xsan.sim.workload;

import io.xsan.sim.world.SimLane;
import io.xsan.sim.world.SimRandom;
import io.xsan.sim.world.SimWorld;

/**
 * One connection of a host to a node, in order both ways. After {@link #hostGone} nothing reaches
 * the host; what it had sent may still reach the node, as bytes of an old socket do.
 */
final class HostLink {
    private final SimWorld world;
    private final SimRandom chance;
    private final SimLane lane;
    private final long delayNanos;
    private long lastToNode;
    private long lastToHost;
    private boolean isHostGone;

    HostLink(SimWorld world, SimRandom chance, SimLane lane, long delayNanos) {
        this.world = world;
        this.chance = chance;
        this.lane = lane;
        this.delayNanos = delayNanos;
    }

    void toNode(Runnable action) {
        lastToNode = Math.max(lastToNode, world.now() + chance.delay(delayNanos));
        lane.post(lastToNode - world.now(), action);
    }

    void toHost(Runnable action) {
        lastToHost = Math.max(lastToHost, world.now() + chance.delay(delayNanos));
        world.after(
                lastToHost - world.now(),
                () -> {
                    if (!isHostGone) {
                        action.run();
                    }
                });
    }

    /** Runs on the node a while from now, out of order. */
    void retryOnNode(Runnable action) {
        lane.post(SimWorld.MILLI_NANOS, action);
    }

    void hostGone() {
        isHostGone = true;
    }

    boolean isNodeAlive() {
        return lane.isAlive();
    }
}
