package io.xsan.store;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** CPU of the store for a 4 KiB write at depth 16, and for a 4 KiB read, on memory. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 3, time = 2)
public class AppendBench {
    private AppendLoad load = new AppendLoad();

    /** Fills the store until the cleaner works. */
    @Setup
    public void fill() {
        load = new AppendLoad();
        for (int i = 0; i < 2000; i++) {
            load.writeTurn();
        }
    }

    /** Sixteen writes, one commit. */
    @Benchmark
    @OperationsPerInvocation(AppendLoad.DEPTH)
    public void append() {
        load.writeTurn();
    }

    /** One read. */
    @Benchmark
    public void read() {
        load.readOne();
    }
}
