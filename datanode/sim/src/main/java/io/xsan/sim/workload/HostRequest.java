package io.xsan.sim.workload;

import io.xsan.base.memory.PageBuffer;
import io.xsan.sim.check.Access;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/** One I/O of a host from its first sending to its answer, over as many sessions as it takes. */
final class HostRequest {
    final HostOp op;
    final long value;
    final long sentNanos;
    private List<Access> accesses = new ArrayList<>();

    HostRequest(HostOp op, long value, long sentNanos) {
        this.op = op;
        this.value = value;
        this.sentNanos = sentNanos;
    }

    /** A sending begins; what an earlier one did is over by now. */
    void begin(VolumeHistory history) {
        accesses = new ArrayList<>();
        Access write = Access.write(value);
        for (int i = 0; i < op.units(); i++) {
            Access access = op.isChange() ? write : Access.read();
            accesses.add(access);
            history.begin(op.unit() + i, access);
        }
    }

    /** It ended with an error, or its session is over: it has happened by now, or never will. */
    void lose(VolumeHistory history) {
        for (int i = 0; i < accesses.size(); i++) {
            history.end(op.unit() + i, accesses.get(i).ended(Access.End.MAYBE));
        }
        accesses = List.of();
    }

    /** A change is done. */
    void done(VolumeHistory history) {
        for (int i = 0; i < accesses.size(); i++) {
            history.end(op.unit() + i, accesses.get(i).ended(Access.End.DONE));
        }
    }

    /** A read returned {@code values}, one per unit. */
    void read(VolumeHistory history, long[] values) {
        for (int i = 0; i < accesses.size(); i++) {
            history.end(op.unit() + i, accesses.get(i).returned(values[i]));
        }
    }

    /** Fills the data of a write. */
    void fill(PageBuffer buffer, HostPath.VolumeUnits units) {
        for (int i = 0; i < op.units(); i++) {
            Contents.fill(
                    unit(buffer, units, i),
                    units.unitBytes(),
                    units.volume(),
                    op.unit() + i,
                    value);
        }
    }

    /** What the units that a read has filled hold; bytes that nobody wrote are a violation. */
    long[] values(PageBuffer buffer, HostPath.VolumeUnits units) {
        long[] values = new long[op.units()];
        for (int i = 0; i < op.units(); i++) {
            values[i] =
                    Contents.value(
                            unit(buffer, units, i),
                            units.unitBytes(),
                            units.volume(),
                            op.unit() + i);
        }
        return values;
    }

    private static MemorySegment unit(PageBuffer buffer, HostPath.VolumeUnits units, int index) {
        return buffer.segment().asSlice((long) index * units.unitBytes(), units.unitBytes());
    }
}
