package io.xsan.sim.meta;

import io.xsan.base.Check;
import io.xsan.base.seam.ConsensusLog;
import io.xsan.base.seam.ConsensusLog.Callback;
import io.xsan.base.seam.ConsensusLog.Outcome;
import io.xsan.engine.EngineLimits;
import io.xsan.meta.MetaStateMachine;
import io.xsan.meta.codec.CommandCodec;
import io.xsan.meta.codec.Decoded;
import io.xsan.meta.command.Command;
import io.xsan.meta.command.Result;
import io.xsan.meta.image.ClusterImage;
import io.xsan.meta.takeover.TakeoverPolicy;
import io.xsan.sim.world.SimLane;
import io.xsan.sim.world.SimRandom;
import io.xsan.sim.world.SimWorld;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * The log of the metadata and its state machine, shared by all nodes. A proposal is applied in a
 * moment, later, or never, and its answer may be lost; without a quorum nothing is applied.
 */
public final class SimConsensus {
    private static final long GATE_NANOS = 20 * SimWorld.MILLI_NANOS;
    private static final long TIMEOUT_NANOS = 3 * SimWorld.SECOND_NANOS;
    private static final long LATE_NANOS = 10 * SimWorld.SECOND_NANOS;
    private static final int RECENT = 6;

    /** An entry of the log and what the state machine made of it. */
    record Entry(Command command, Result result) {}

    private record Member(SimLane lane, Consumer<ClusterImage> images) {}

    private final SimWorld world;
    private final SimRandom chance;
    private final MetaConditions conditions;
    private final SimLeases leases;
    private final MetaStateMachine machine;
    private final List<Entry> log = new ArrayList<>();
    private final List<ClusterImage> recent = new ArrayList<>();
    private final TreeMap<Integer, Member> members = new TreeMap<>();
    private final TreeSet<Integer> unreachable = new TreeSet<>();
    private final SimRandom lateness;
    private final TakeoverPolicy takeovers =
            new TakeoverPolicy(
                    EngineLimits.DEFAULT.startWaitNanos(), 2 * SimLeases.CONFIG.renewEveryNanos());
    private boolean hasQuorum = true;

    /** An empty log. */
    public SimConsensus(SimWorld world, MetaConditions conditions, SimLeases leases) {
        this.world = world;
        this.chance = world.random("consensus");
        this.lateness = world.random("takeover");
        this.conditions = conditions;
        this.leases = leases;
        this.machine = new MetaStateMachine(new SimKvStore(), _ -> {});
        recent.add(machine.image());
        world.after(TakeoverPolicy.ASK_NANOS, this::takeOver);
    }

    /** What the leader does again and again; a leader without a quorum finds things out in vain. */
    private void takeOver() {
        List<Command.TakeOver.Change> plan = leases.plan(takeovers, machine.image());
        if (hasQuorum && !plan.isEmpty()) {
            Command command = new Command.TakeOver(plan);
            if (lateness.happens(conditions.lateCommands())) {
                world.probes().hit("meta.late-takeover");
                world.after(lateness.between(0, LATE_NANOS), () -> applyIfLed(command));
            } else {
                world.probes().hit("meta.takeover");
                apply(0, command);
            }
        }
        world.after(TakeoverPolicy.ASK_NANOS, this::takeOver);
    }

    private void applyIfLed(Command command) {
        if (hasQuorum) {
            apply(0, command);
        }
    }

    /** The state now, as only an all-knowing observer sees it. */
    public ClusterImage image() {
        return machine.image();
    }

    /** How often an engine recorded components as stale. */
    public int staleRecords() {
        return (int) log.stream().filter(e -> e.command() instanceof Command.MarkStale).count();
    }

    List<Entry> log() {
        return log;
    }

    /**
     * A new life of a node gets images on its lane from now on: first the one it had stored, which
     * may be old.
     */
    public void attach(int node, SimLane lane, Consumer<ClusterImage> images) {
        Member member = new Member(lane, images);
        members.put(node, member);
        ClusterImage stored = recent.get(chance.below(recent.size()));
        lane.post(0, () -> images.accept(stored));
        feed(node, member);
    }

    /** The log as a node proposes to it; answers come on its lane. */
    public ConsensusLog logOf(int node, SimLane lane) {
        return (command, callback) -> propose(node, lane, command, callback);
    }

    /** With false no command is applied and no lease renewed until true. */
    public void quorum(boolean isThere) {
        if (hasQuorum == isThere) {
            return;
        }
        hasQuorum = isThere;
        if (isThere) {
            leases.onLeader(machine.image());
        }
    }

    /** True if a node gets through to a leader that has a quorum. */
    public boolean reaches(int node) {
        return hasQuorum && !unreachable.contains(node);
    }

    /** Cuts a node off from the metadata, or joins it again. */
    public void reach(int node, boolean isReachable) {
        if (!isReachable) {
            unreachable.add(node);
        } else if (unreachable.remove(node)) {
            Member member = members.get(node);
            if (member != null) {
                feed(node, member);
            }
        }
    }

    private void feed(int node, Member member) {
        ClusterImage now = machine.image();
        member.lane()
                .post(
                        chance.delay(conditions.imageDelayNanos()),
                        () -> {
                            if (!unreachable.contains(node)) {
                                member.images().accept(now);
                            }
                        });
    }

    private void propose(int node, SimLane lane, byte[] bytes, Callback callback) {
        Command command =
                switch (CommandCodec.decode(bytes)) {
                    case Decoded.Ok<Command>(Command decoded) -> decoded;
                    case Decoded.Failed<Command>(var fault, var detail) ->
                            throw Check.unreachable("commands decode: " + fault + detail);
                };
        Proposal proposal = new Proposal(node, lane, command, callback);
        world.after(chance.delay(conditions.delayNanos()), () -> arrive(proposal));
    }

    private record Proposal(int node, SimLane lane, Command command, Callback callback) {}

    private void arrive(Proposal proposal) {
        if (!reaches(proposal.node())) {
            if (chance.coin()) {
                answer(proposal, delay(), new Outcome.NotReady("no leader"));
            } else {
                maybe(proposal, chance.coin());
            }
            return;
        }
        if (chance.happens(conditions.lateCommands())) {
            maybe(proposal, true);
            return;
        }
        commit(proposal, world.now() + TIMEOUT_NANOS);
    }

    /** Nobody knows what becomes of the proposal; it may still be applied. */
    private void maybe(Proposal proposal, boolean isAppliedLater) {
        answer(proposal, TIMEOUT_NANOS, new Outcome.MaybeApplied("no answer"));
        if (isAppliedLater) {
            world.probes().hit("meta.late-command");
            world.after(chance.between(0, LATE_NANOS), () -> applyLate(proposal));
        }
    }

    private void applyLate(Proposal proposal) {
        if (hasQuorum && isAllowed(proposal.command())) {
            apply(proposal.node(), proposal.command());
        }
    }

    private void commit(Proposal proposal, long untilNanos) {
        if (!hasQuorum) {
            maybe(proposal, false);
        } else if (isAllowed(proposal.command())) {
            byte[] result = apply(proposal.node(), proposal.command());
            if (chance.happens(conditions.lostAnswers())) {
                world.probes().hit("meta.lost-answer");
                maybe(proposal, false);
            } else {
                answer(proposal, delay(), new Outcome.Applied(log.size(), result));
            }
        } else if (world.now() >= untilNanos) {
            answer(proposal, delay(), new Outcome.NotReady("a lease holds"));
        } else {
            world.after(GATE_NANOS, () -> commit(proposal, untilNanos));
        }
    }

    private long delay() {
        return chance.delay(conditions.delayNanos());
    }

    private boolean isAllowed(Command command) {
        return !(command instanceof Command.GrantEpoch grant) || leases.allows(grant);
    }

    private static void answer(Proposal proposal, long delayNanos, Outcome outcome) {
        proposal.lane().post(delayNanos, () -> proposal.callback().onOutcome(outcome));
    }

    private byte[] apply(int node, Command command) {
        byte[] bytes = machine.apply(log.size() + 1, CommandCodec.encode(command));
        Result result = SimMetaPort.decode(bytes);
        log.add(new Entry(command, result));
        boolean isDone = !(result instanceof Result.Refused);
        leases.onImage(machine.image());
        world.trace(command.getClass().getSimpleName(), node, log.size(), isDone ? 1 : 0);
        recent.add(machine.image());
        if (recent.size() > RECENT) {
            recent.removeFirst();
        }
        members.forEach(this::feed);
        return bytes;
    }
}
