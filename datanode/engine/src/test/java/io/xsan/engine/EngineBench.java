package io.xsan.engine;

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

/** CPU of all three shards for a 4 KiB write with three replicas, and for a read, on memory. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 3, time = 2)
public class EngineBench {
    private EngineLoad load = new EngineLoad();

    /** Fills the stores until their cleaners work. */
    @Setup
    public void fill() {
        load = new EngineLoad();
        for (int i = 0; i < 2_000; i++) {
            load.turn(VolumeIo.Kind.WRITE);
        }
    }

    /** Sixteen writes, each on three components. */
    @Benchmark
    @OperationsPerInvocation(EngineLoad.DEPTH)
    public void write() {
        load.turn(VolumeIo.Kind.WRITE);
    }

    /** Sixteen reads of the owner's component. */
    @Benchmark
    @OperationsPerInvocation(EngineLoad.DEPTH)
    public void read() {
        load.turn(VolumeIo.Kind.READ);
    }
}
