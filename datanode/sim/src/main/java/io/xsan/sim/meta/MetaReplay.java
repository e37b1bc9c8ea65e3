package io.xsan.sim.meta;

import io.xsan.base.Check;
import io.xsan.meta.MetaStateMachine;
import io.xsan.meta.codec.CommandCodec;
import io.xsan.meta.command.Result;
import io.xsan.sim.world.SimRandom;
import java.util.List;

/**
 * Another member of the group: applies the log of a run again, crashes on the way and goes on from
 * what its store kept; must come to the same results and the same image.
 */
public final class MetaReplay {
    private static final int CRASHES_IN_ONE = 10;

    private MetaReplay() {}

    /** Replays the whole log of {@code consensus}. */
    public static void check(SimConsensus consensus, SimRandom chance) {
        List<SimConsensus.Entry> log = consensus.log();
        SimKvStore store = new SimKvStore();
        MetaStateMachine machine = new MetaStateMachine(store, _ -> {});
        int next = 0;
        while (next < log.size()) {
            SimConsensus.Entry entry = log.get(next++);
            Result result =
                    SimMetaPort.decode(machine.apply(next, CommandCodec.encode(entry.command())));
            Check.that(result.equals(entry.result()), "members agree on results", next);
            int event = chance.below(CRASHES_IN_ONE);
            if (event == 0) {
                store.sync();
            } else if (event == 1) {
                store.crash();
                machine = new MetaStateMachine(store, _ -> {});
                next = Math.toIntExact(machine.appliedIndex());
            }
        }
        Check.that(machine.image().equals(consensus.image()), "members agree on the image", next);
    }
}
