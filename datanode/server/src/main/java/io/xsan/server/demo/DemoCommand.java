package io.xsan.server.demo;

import io.xsan.server.cli.SizeArgument;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code xsan demo}. */
@Command(
        name = "demo",
        description =
                "Runs three datanodes, a verified load and three failures, and shows the outcome.")
public final class DemoCommand implements Callable<Integer> {
    @Option(
            names = "--seconds",
            paramLabel = "N",
            description =
                    "How long the load runs, beside the time of resyncs (default: ${DEFAULT-VALUE});"
                            + " 0 with --keep: no load.")
    private int seconds = 28;

    @Option(names = "--keep", description = "Leaves the cluster running, and says how to use it.")
    private boolean isKept;

    @Option(names = "--stop", description = "Stops the cluster that --keep left running.")
    private boolean isStopping;

    @Option(
            names = "--dir",
            paramLabel = "DIR",
            description = "Where everything is (default: .xsan/demo of the clone).")
    private @Nullable Path directory;

    @Option(
            names = "--size",
            converter = SizeArgument.class,
            paramLabel = "SIZE",
            description = "Size of the volume (default: 1GiB).")
    private Long size = 1L << 30;

    @Option(names = "--plant-loss", hidden = true)
    private boolean isLossPlanted;

    /** A demo with the defaults. */
    public DemoCommand() {}

    @Override
    public Integer call() throws IOException, InterruptedException {
        Path place = directory();
        if (isStopping) {
            int stopped = Datanodes.stop(place);
            System.out.println("Stopped " + stopped + " datanodes of " + place);
            return 0;
        }
        DemoOptions options = new DemoOptions(seconds, isKept, place, size);
        return new Demo(options, isLossPlanted).run() ? 0 : 1;
    }

    private Path directory() throws IOException {
        return directory(directory, "demo");
    }

    /** Where {@code named} is, or else where what is called {@code name} is by default. */
    static Path directory(@Nullable Path named, String name) throws IOException {
        if (named != null) {
            return Files.exists(named) ? named.toRealPath() : named.toAbsolutePath().normalize();
        }
        String home = System.getProperty("xsan.home");
        if (home != null) {
            return Path.of(home, ".xsan", name);
        }
        return Path.of(System.getProperty("java.io.tmpdir", "/tmp"), "xsan-" + name);
    }
}
