package io.xsan.server.demo;

import io.xsan.base.Check;
import io.xsan.server.cli.XsanCommand;
import io.xsan.server.node.Datanode;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * {@code xsan rehearse}, which {@code ./xsan} runs after each build with {@code
 * -XX:AOTCacheOutput}: the JVM writes down what was loaded and linked, and starts from that ever
 * after. Once as a datanode with I/O on a volume, which then waits; once, with {@code --commands},
 * as the commands that people give, to that datanode. Two runs make two caches, because a start
 * takes in all of its cache.
 */
@Command(
        name = "rehearse",
        hidden = true,
        description = "Does everything once, for the start-up cache of the JVM.")
public final class RehearsalCommand implements Callable<Integer> {
    private static final int SECONDS_MAX = 90;
    private static final long IO_MILLIS = 1_000;
    private static final long VOLUME_BYTES = 16L << 20;
    private static final long DEVICE_BYTES = 512L << 20;
    private static final List<List<String>> COMMANDS =
            List.of(
                    List.of("cluster", "status"),
                    List.of("node", "list"),
                    List.of("volume", "list"),
                    List.of("volume", "list", "--output", "json"),
                    List.of("volume", "show", Control.VOLUME),
                    List.of("volume", "create", "other", "--size", "1MiB", "--replicas", "1"),
                    List.of("volume", "delete", "other"),
                    List.of("volume", "--help"),
                    List.of("debug", "perf-stats"));

    /** Tells that the datanode may be asked. */
    private static final String READY = "ready";

    /** Tells the waiting datanode that it was asked enough. */
    private static final String ENOUGH = "enough";

    @Option(names = "--commands", description = "Commands to the datanode that waits.")
    private boolean isCommands;

    @Option(names = "--dir", required = true, description = "An empty directory to work in.")
    private @Nullable Path directory;

    /** A rehearsal. */
    public RehearsalCommand() {}

    @Override
    public Integer call() throws IOException, InterruptedException {
        Path place = Check.present(directory, "a required option is set").toAbsolutePath();
        if (isCommands) {
            await("the datanode is ready", () -> Files.exists(place.resolve(READY)));
            doCommands(place);
            Files.createFile(place.resolve(ENOUGH));
        } else {
            beDatanode(place);
            await("the commands were given", () -> Files.exists(place.resolve(ENOUGH)));
        }
        return 0;
    }

    private static void beDatanode(Path place) throws IOException, InterruptedException {
        try (Site site = Site.create(place, 1, DEVICE_BYTES, "127.0.0.")) {
            beDatanode(site);
        }
        Files.createFile(place.resolve(READY));
    }

    private static void beDatanode(Site site) throws IOException, InterruptedException {
        Member member = site.member(1);
        Thread.ofPlatform()
                .daemon()
                .name("datanode")
                .start(() -> Datanode.run(member.config(), false));
        try (Control control = new Control(site.clientFile())) {
            await("the datanode is ready", () -> control.isFormed(1));
            control.create(VOLUME_BYTES, 1);
            control.export();
            doIo(site);
        }
    }

    private static void doCommands(Path place) throws IOException {
        PrintStream before = System.out;
        System.setOut(
                new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8));
        try {
            for (List<String> command : COMMANDS) {
                doCommand(place, command);
            }
        } finally {
            System.setOut(before);
        }
    }

    private static void doCommand(Path place, List<String> command) throws IOException {
        String[] arguments = new String[command.size() + 2];
        command.toArray(arguments);
        arguments[command.size()] = "--cluster";
        arguments[command.size() + 1] = place.toString();
        int code = XsanCommand.run(List.of(new DemoCommand()), arguments);
        if (code != 0) {
            throw new IOException("the command " + command + " ended with " + code);
        }
    }

    private static void doIo(Site site) throws IOException, InterruptedException {
        try (OwnerWatch owners = new OwnerWatch(site)) {
            doIo(owners);
        }
    }

    private static void doIo(OwnerWatch owners) throws IOException, InterruptedException {
        Load[] opened = new Load[1];
        Measures measures = new Measures();
        await(
                "the volume is served",
                () -> {
                    try {
                        opened[0] = new Load(owners, measures);
                        return true;
                    } catch (IOException e) {
                        return false;
                    }
                });
        try (Load load = Check.present(opened[0], "it is served")) {
            load.start();
            Thread.sleep(IO_MILLIS);
            load.stop();
        }
    }

    private static void await(String what, BooleanSupplier isDone)
            throws IOException, InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS_MAX);
        while (!isDone.getAsBoolean()) {
            if (System.nanoTime() - deadline > 0) {
                throw new IOException("gave up after " + SECONDS_MAX + " s until " + what);
            }
            Thread.sleep(50);
        }
    }
}
