package io.xsan.sim.run;

import io.xsan.sim.workload.HostOp;
import java.util.List;

/** All that is decided before a run: the same scenario always gives the same run. */
public record Scenario(long seed, Shape shape, List<Fault> faults, List<HostOp> ops) {
    /** Copies the lists. */
    public Scenario {
        faults = List.copyOf(faults);
        ops = List.copyOf(ops);
    }

    Scenario withFaults(List<Fault> fewer) {
        return new Scenario(seed, shape, fewer, ops);
    }

    Scenario withOps(List<HostOp> fewer) {
        return new Scenario(seed, shape, faults, fewer);
    }
}
