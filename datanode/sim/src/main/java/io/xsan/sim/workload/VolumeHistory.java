package io.xsan.sim.workload;

import io.xsan.base.InvariantViolation;
import io.xsan.sim.check.Access;
import io.xsan.sim.check.RegisterHistory;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeSet;

/** The registers of one volume, one per unit, made when first touched. */
public final class VolumeHistory {
    private final long volume;
    private final Map<Long, RegisterHistory> registers = new HashMap<>();

    /** A volume of zeros. */
    public VolumeHistory(long volume) {
        this.volume = volume;
    }

    private RegisterHistory register(long unit) {
        return registers.computeIfAbsent(unit, _ -> new RegisterHistory());
    }

    void begin(long unit, Access access) {
        register(unit).begin(access);
    }

    void end(long unit, Access access) {
        register(unit)
                .end(access)
                .ifPresent(fault -> {
                    throw new InvariantViolation(
                            "volume " + volume + " unit " + unit + ": " + fault);
                });
    }

    /** Accesses under way on the busiest unit of a range. */
    int busiest(long unit, int units) {
        int most = 0;
        for (long u = unit; u < unit + units; u++) {
            RegisterHistory register = registers.get(u);
            most = register == null ? most : Math.max(most, register.open());
        }
        return most;
    }

    /** All units that were ever accessed, in order. */
    public TreeSet<Long> touched() {
        return new TreeSet<>(registers.keySet());
    }
}
