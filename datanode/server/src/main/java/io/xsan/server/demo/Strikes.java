package io.xsan.server.demo;

import io.xsan.base.Check;
import io.xsan.protocol.client.ApiException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Does faults to datanodes and takes them back. Several threads, each with a victim of its own. */
final class Strikes {
    private static final long STOP_SECONDS_MAX = 30;
    private static final int FLIPS = 24;
    private static final long SUPERBLOCK_BYTES = 1L << 20;
    private static final int REPLACE_TRIES = 60;
    private static final long REPLACE_PAUSE_MILLIS = 500;

    private final Site site;
    private final Datanodes nodes;
    private final Control control;
    private final @Nullable Ground ground;

    /** Without a {@code ground} no fault of links may be asked for. */
    Strikes(Site site, Datanodes nodes, Control control, @Nullable Ground ground) {
        this.site = site;
        this.nodes = nodes;
        this.control = control;
        this.ground = ground;
    }

    /**
     * Does {@code fault} to {@code victim}, or to all, and takes it back after {@code millis}; when
     * it returns, all datanodes have been started and all links mended. {@code random} says where
     * bits are flipped.
     */
    void strike(Fault fault, Member victim, long millis, SplittableRandom random)
            throws IOException, InterruptedException {
        switch (fault) {
            case KILL, KILL_OWNER -> kill(List.of(victim), millis);
            case KILL_ALL -> kill(site.members(), millis);
            case STAND_STILL, STAND_STILL_OWNER -> {
                nodes.suspend(victim);
                Thread.sleep(millis);
                nodes.resume(victim);
            }
            case STOP -> restart(victim);
            case ROLLING_RESTART -> {
                for (Member member : site.members()) {
                    restart(member);
                    Thread.sleep(millis);
                }
            }
            case MOVE -> move(victim);
            case BIT_FLIPS -> {
                nodes.kill(victim);
                flipBits(victim, random);
                nodes.start(victim);
            }
            case NEW_DISK -> {
                nodes.kill(victim);
                empty(victim.disk());
                nodes.start(victim);
                replace(victim);
            }
            case CUT, CUT_OWNER, MUTE, MUTE_OWNER, SLOW_LINK -> {
                hurtLinks(fault, victim.node());
                Thread.sleep(millis);
                ground().mend(victim.node());
            }
        }
    }

    private Ground ground() {
        return Check.present(ground, "links are hurt where there are namespaces");
    }

    private void hurtLinks(Fault fault, int node) throws IOException, InterruptedException {
        switch (fault) {
            case CUT, CUT_OWNER -> ground().cut(node);
            case MUTE, MUTE_OWNER -> ground().mute(node);
            default -> ground().slow(node);
        }
    }

    private void kill(List<Member> victims, long millis) throws IOException, InterruptedException {
        for (Member victim : victims) {
            nodes.kill(victim);
        }
        Thread.sleep(millis);
        for (Member victim : victims) {
            nodes.start(victim);
        }
    }

    private void restart(Member victim) throws IOException, InterruptedException {
        if (!nodes.stop(victim, STOP_SECONDS_MAX)) {
            throw new IOException(
                    "node " + victim.node() + " did not stop within " + STOP_SECONDS_MAX + " s");
        }
        nodes.start(victim);
    }

    /** Asks until it is done: the node may have led the metadata. */
    private void replace(Member victim) throws IOException, InterruptedException {
        ApiException last = null;
        for (int i = 0; i < REPLACE_TRIES; i++) {
            try {
                control.replace(victim.node());
                return;
            } catch (ApiException e) {
                last = e;
                Thread.sleep(REPLACE_PAUSE_MILLIS);
            }
        }
        throw new IOException("node " + victim.node() + " could not be replaced", last);
    }

    /** Asks for it once: a refusal is an answer too. */
    private void move(Member to) {
        try {
            control.move(Control.VOLUME, to.node());
        } catch (ApiException e) {
            // It has no component in sync, or no lease yet.
            return;
        }
    }

    /** Not in the first and last MiB: there are the superblocks, without which it is no store. */
    private static void flipBits(Member victim, SplittableRandom random) throws IOException {
        List<Path> parts =
                files(victim.disk()).stream()
                        .filter(path -> path.toFile().length() > 2 * SUPERBLOCK_BYTES)
                        .toList();
        for (int i = 0; i < FLIPS; i++) {
            Path part = parts.get(random.nextInt(parts.size()));
            try (RandomAccessFile file = new RandomAccessFile(part.toFile(), "rw")) {
                long at = random.nextLong(SUPERBLOCK_BYTES, file.length() - SUPERBLOCK_BYTES);
                file.seek(at);
                int was = file.read();
                file.seek(at);
                file.write(was ^ 1 << random.nextInt(Byte.SIZE));
            }
        }
    }

    private static void empty(Path directory) throws IOException {
        for (Path path : files(directory)) {
            Files.delete(path);
        }
    }

    private static List<Path> files(Path directory) throws IOException {
        try (Stream<Path> paths = Files.list(directory)) {
            return paths.filter(path -> Files.isRegularFile(path)).sorted().toList();
        }
    }
}
