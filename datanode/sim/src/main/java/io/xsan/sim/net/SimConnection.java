package io.xsan.sim.net;

import io.xsan.sim.world.SimWorld;

/**
 * A connection between two lives of nodes: each end learns of its rise and fall at its own time.
 */
final class SimConnection {
    private final SimWorld world;
    private final SimNetwork[] ends;
    private final int[] nodes;
    private final SimDirection[] into;
    private final boolean[] isUp = new boolean[2];
    private final boolean[] hasEnded = new boolean[2];
    private boolean isBroken;

    SimConnection(SimWorld world, int low, SimNetwork lowEnd, int high, SimNetwork highEnd) {
        this.world = world;
        this.ends = new SimNetwork[] {lowEnd, highEnd};
        this.nodes = new int[] {low, high};
        this.into =
                new SimDirection[] {
                    new SimDirection(world, high, lowEnd), new SimDirection(world, low, highEnd)
                };
    }

    private int side(int node) {
        return nodes[0] == node ? 0 : 1;
    }

    boolean isUpAt(int node) {
        return isUp[side(node)];
    }

    /** True once both ends know that it is over, or are dead. */
    boolean isOver() {
        return isOverAt(0) && isOverAt(1);
    }

    private boolean isOverAt(int side) {
        return hasEnded[side] || !ends[side].lane().isAlive();
    }

    boolean isBroken() {
        return isBroken;
    }

    long incarnationBeyond(int node) {
        return ends[1 - side(node)].incarnation();
    }

    /** Tells an end that the connection stands, {@code delayNanos} from now. */
    void rise(int node, long delayNanos) {
        int side = side(node);
        ends[side]
                .lane()
                .post(
                        delayNanos,
                        () -> {
                            if (hasEnded[side]) {
                                return;
                            }
                            isUp[side] = true;
                            int peer = nodes[1 - side];
                            world.trace("link-up", node, peer, 0);
                            ends[side].receiver().onLinkUp(peer, incarnationBeyond(node));
                            into[side].open();
                        });
    }

    void transmit(int from, byte[] bytes, long delayNanos) {
        int side = side(from);
        if (isUp[side]) {
            into[1 - side].transmit(bytes, delayNanos);
        }
    }

    /** Nothing of what {@code from} sent and sends arrives any more. */
    void cutFrom(int from) {
        into[1 - side(from)].cut();
    }

    void clogFrom(int from, long nanos) {
        into[1 - side(from)].clog(nanos);
    }

    /** It is broken: each end learns of it within its own time. */
    void fall(long lowDelayNanos, long highDelayNanos) {
        if (isBroken) {
            return;
        }
        isBroken = true;
        end(0, lowDelayNanos);
        end(1, highDelayNanos);
    }

    private void end(int side, long delayNanos) {
        ends[side]
                .lane()
                .post(
                        delayNanos,
                        () -> {
                            if (hasEnded[side]) {
                                return;
                            }
                            hasEnded[side] = true;
                            into[side].close();
                            if (isUp[side]) {
                                isUp[side] = false;
                                world.trace("link-down", nodes[side], nodes[1 - side], 0);
                                ends[side].receiver().onLinkDown(nodes[1 - side]);
                            }
                        });
    }
}
