package io.xsan.server.demo;

import io.xsan.base.Check;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code xsan chaos}. */
@Command(
        name = "chaos",
        description =
                "Runs datanodes under a verified load and hurts them until the time is over:"
                        + " processes, disks and, as root, links.")
public final class ChaosCommand implements Callable<Integer> {
    private static final int NODES_MAX = 9;

    @Spec private @Nullable CommandSpec spec;

    @Option(
            names = "--minutes",
            paramLabel = "M",
            description = "How long faults happen (default: ${DEFAULT-VALUE}).")
    private double minutes = 5;

    @Option(
            names = "--nodes",
            paramLabel = "N",
            description = "How many datanodes there are: 3, 5, 7 or 9 (default: ${DEFAULT-VALUE}).")
    private int nodes = 5;

    @Option(
            names = "--seed",
            paramLabel = "SEED",
            description = "Which faults happen in which order (default: by the clock).")
    private @Nullable Long seed;

    @Option(
            names = "--dir",
            paramLabel = "DIR",
            description = "Where everything is (default: .xsan/chaos of the clone).")
    private @Nullable Path directory;

    /** Chaos with the defaults. */
    public ChaosCommand() {}

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (!(minutes > 0)) {
            throw refused("--minutes is " + minutes + ", allowed is more than 0");
        }
        if (nodes < 3 || nodes > NODES_MAX || nodes % 2 == 0) {
            throw refused("--nodes is " + nodes + ", allowed are 3, 5, 7 and 9");
        }
        Long given = seed;
        Chaos.Options options =
                new Chaos.Options(
                        minutes,
                        nodes,
                        given == null ? System.currentTimeMillis() % 1_000_000 : given,
                        DemoCommand.directory(directory, "chaos"));
        return new Chaos(options).run() ? 0 : 1;
    }

    private ParameterException refused(String why) {
        return new ParameterException(Check.present(spec, "picocli sets it").commandLine(), why);
    }
}
