package io.xsan.server.shard;

import io.netty.channel.IoEventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.xsan.base.log.Level;
import io.xsan.base.log.Log;
import io.xsan.base.seam.Clock;
import io.xsan.server.mailbox.ShardMailbox;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/**
 * One event loop thread. Whatever happens on it first in a turn schedules the turn's end, which
 * runs after all sockets that were ready: so batches grow with the load and nothing waits when
 * there is none. An exception that reaches the loop is a bug and ends the process.
 */
public final class ShardLoop implements AutoCloseable {
    private static final int TICK_MILLIS = 10;
    private static final int EXIT_BUG = 70;

    /** A part of the end of a turn. */
    @FunctionalInterface
    public interface TurnEnd {
        /** Called on the loop, in the order of registration. */
        void onTurnEnd(long nowNanos);
    }

    private final MultiThreadIoEventLoopGroup group;
    private final IoEventLoop loop;
    private final Clock clock;
    private final Log log;
    private final ShardMailbox mailbox;
    private final List<TurnEnd> turnEnds = new ArrayList<>();
    private final List<TurnEnd> ticks = new ArrayList<>();
    private boolean isTurnOpen;

    /** Starts a loop named {@code name}. */
    public ShardLoop(String name, Clock clock, Log log) {
        this.clock = clock;
        this.log = log;
        group =
                new MultiThreadIoEventLoopGroup(
                        1,
                        new DefaultThreadFactory(name, true),
                        isEpoll() ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
        loop = group.next();
        mailbox = new ShardMailbox(ShardMailbox.CAPACITY, loop);
        var _ =
                loop.scheduleAtFixedRate(
                        () -> guard(this::tick), TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** True where sockets use epoll. */
    public static boolean isEpoll() {
        return Epoll.isAvailable();
    }

    /** The group to make channels with; it has this one loop. */
    public MultiThreadIoEventLoopGroup group() {
        return group;
    }

    /** The loop. */
    public IoEventLoop loop() {
        return loop;
    }

    /** Adds something to do at the end of each turn, after what was added before. On the loop. */
    public void atTurnEnd(TurnEnd action) {
        turnEnds.add(action);
    }

    /** Adds something to do about every 10 ms. On the loop. */
    public void atTick(TurnEnd action) {
        ticks.add(action);
    }

    /** Says that something happened in this turn: its end will run. On the loop. */
    public void touch() {
        if (!isTurnOpen) {
            isTurnOpen = true;
            loop.execute(() -> guard(this::endTurn));
        }
    }

    /**
     * Runs an action on the loop as part of a turn, unless the loop has ended. Any thread; others
     * than the loop's wait while the mailbox is full.
     */
    public void post(Runnable action) {
        Runnable guarded =
                () ->
                        guard(() -> {
                            action.run();
                            touch();
                        });
        try {
            if (loop.inEventLoop()) {
                loop.execute(guarded);
            } else {
                mailbox.post(guarded);
            }
        } catch (RejectedExecutionException e) {
            log.debug("posted-after-the-end", "action", action);
        }
    }

    /** Actions of other threads that wait. Any thread. */
    public int mailboxDepth() {
        return mailbox.depth();
    }

    /** Times that another thread waited for room in the mailbox. Any thread. */
    public long mailboxWaits() {
        return mailbox.waits();
    }

    private void tick() {
        long now = clock.nanoTime();
        for (TurnEnd action : ticks) {
            action.onTurnEnd(now);
        }
        touch();
    }

    private void endTurn() {
        isTurnOpen = false;
        long now = clock.nanoTime();
        for (TurnEnd action : turnEnds) {
            action.onTurnEnd(now);
        }
    }

    /** Runs what belongs to the shard; a bug in it must not go on with half a state. */
    public void guard(Runnable action) {
        try {
            action.run();
        } catch (RuntimeException | Error e) {
            die(e);
        }
    }

    /** Ends the process for a bug. */
    public void die(Throwable bug) {
        log.event(Level.FATAL, "shard-bug", "reason", bug);
        bug.printStackTrace(System.err);
        Runtime.getRuntime().halt(EXIT_BUG);
    }

    /** Ends the loop after what is queued on it. */
    @Override
    public void close() {
        group.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly(3_000);
        mailbox.close();
    }
}
