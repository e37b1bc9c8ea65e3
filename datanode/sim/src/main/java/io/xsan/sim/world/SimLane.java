package io.xsan.sim.world;

import java.util.ArrayDeque;

/**
 * One single-threaded process: what is posted to it runs in order of time, unless the process was
 * killed since, and only after a pause has ended.
 *
 * <p>The end of a turn comes a moment after its first event; what arrives in between is of the same
 * turn.
 */
public final class SimLane {
    private static final long TURN_NANOS = 20 * SimWorld.MICRO_NANOS;

    private final SimWorld world;
    private final SimRandom chance;
    private final Runnable endTurn;
    private final ArrayDeque<Runnable> backlog = new ArrayDeque<>();
    private final Runnable end = this::end;
    private boolean isAlive = true;
    private boolean isTurnOpen;
    private long pausedUntilNanos;

    /** A lane whose turns end with {@code endTurn}. */
    public SimLane(SimWorld world, SimRandom chance, Runnable endTurn) {
        this.world = world;
        this.chance = chance;
        this.endTurn = endTurn;
    }

    /** Runs {@code action} as an event of a turn, {@code delayNanos} of true time from now. */
    public SimEvent post(long delayNanos, Runnable action) {
        return world.after(delayNanos, () -> arrive(action));
    }

    private void arrive(Runnable action) {
        if (!isAlive) {
            return;
        }
        if (isPaused() || !backlog.isEmpty()) {
            backlog.add(action);
            return;
        }
        run(action);
    }

    private void run(Runnable action) {
        action.run();
        if (isAlive && !isTurnOpen && action != end) {
            isTurnOpen = true;
            world.after(chance.between(0, TURN_NANOS), () -> arrive(end));
        }
    }

    private void end() {
        isTurnOpen = false;
        endTurn.run();
    }

    /** Nothing runs for {@code nanos} from now; what arrives waits. Clocks go on. */
    public void pause(long nanos) {
        pausedUntilNanos = Math.max(pausedUntilNanos, world.now() + nanos);
        world.after(nanos, this::resume);
    }

    private void resume() {
        while (isAlive && !isPaused() && !backlog.isEmpty()) {
            run(backlog.remove());
        }
    }

    /** True while a pause lasts. */
    public boolean isPaused() {
        return world.now() < pausedUntilNanos;
    }

    /** True until the process was killed. */
    public boolean isAlive() {
        return isAlive;
    }

    /** Ends the process: nothing of what was posted runs any more. */
    public void kill() {
        isAlive = false;
        backlog.clear();
    }
}
