package io.xsan.server.demo;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One run of chaos: datanodes under a verified load, and faults until the time is over. */
final class Chaos {
    /**
     * {@code minutes} of faults among {@code nodes} datanodes, in an order that {@code seed} gives.
     */
    record Options(double minutes, int nodes, long seed, Path directory) {}

    private static final long VOLUME_BYTES = 128L << 20;
    private static final long DEVICE_BYTES = 1L << 30;
    private static final int IN_SYNC_SECONDS_MAX = 300;
    private static final int GO_ON_SECONDS_MAX = 120;
    private static final long WRITES_TO_GO_ON = 100;
    private static final long FAULT_MILLIS_MIN = 500;
    private static final long FAULT_MILLIS_MAX = 7_000;
    private static final int OVERLAP_PERCENT = 20;
    private static final int HEAL_PERCENT = 60;

    private record Blow(Fault fault, Member victim, long millis) {}

    private final Options options;
    private final SplittableRandom random;
    private final Picture picture = new Picture();
    private final Measures measures = new Measures();
    private final Map<Fault, List<Long>> stalls = new EnumMap<>(Fault.class);
    private long longestStallMillis;

    Chaos(Options options) {
        this.options = options;
        this.random = new SplittableRandom(options.seed());
    }

    /** Runs all of it. True if nothing was lost, nothing failed and all datanodes lived. */
    boolean run() throws IOException, InterruptedException {
        try (Ground ground = ground();
                Site site = Site.create(options.directory(), addresses(ground), DEVICE_BYTES);
                Datanodes nodes =
                        new Datanodes(site, false, n -> ground == null ? List.of() : ground.at(n));
                Control control = new Control(site.clientFile())) {
            return run(site, nodes, control, ground);
        }
    }

    private @Nullable Ground ground() throws InterruptedException {
        try {
            return Ground.lay(options.nodes());
        } catch (IOException e) {
            picture.say(
                    "Links stay whole, no namespaces here: %s", Objects.toString(e.getMessage()));
            return null;
        }
    }

    private Addresses addresses(@Nullable Ground ground) throws IOException {
        return ground == null
                ? Addresses.choose(options.directory(), options.nodes(), "127.0.0.")
                : Addresses.on(ground, options.directory(), options.nodes());
    }

    private boolean run(Site site, Datanodes nodes, Control control, @Nullable Ground ground)
            throws IOException, InterruptedException {
        Formation formation = new Formation(site, nodes, control, picture, () -> {});
        formation.form(VOLUME_BYTES);
        control.export();
        List<Fault> faults = new ArrayList<>(List.of(Fault.values()));
        faults.removeIf(fault -> ground == null && fault.isOfLinks());
        Strikes strikes = new Strikes(site, nodes, control, ground);
        try (OwnerWatch owners = new OwnerWatch(site);
                Observer observer = new Observer(control);
                Load load = formation.connect(owners, measures)) {
            picture.say("Load: %s; faults by seed %d", Load.describe(), options.seed());
            measures.start(System.nanoTime());
            load.start();
            long minutesNanos = (long) (options.minutes() * TimeUnit.MINUTES.toNanos(1));
            long deadline = System.nanoTime() + minutesNanos;
            boolean isGood = awaitInSync(formation, observer);
            while (isGood && System.nanoTime() - deadline < 0) {
                isGood = round(choose(faults, site, owners), strikes, formation, observer);
            }
            load.stop();
            picture.say("End of the load; reading back every page that was written");
            measures.start(System.nanoTime());
            load.verify();
            return summary(observer, isGood && awaitInSync(formation, observer));
        }
    }

    private List<Blow> choose(List<Fault> faults, Site site, OwnerWatch owners) throws IOException {
        Blow first = blow(faults.get(random.nextInt(faults.size())), site.members(), owners);
        if (!first.fault.mayOverlap() || random.nextInt(100) >= OVERLAP_PERCENT) {
            return List.of(first);
        }
        List<Fault> others =
                faults.stream()
                        .filter(fault -> fault.scope == Fault.Scope.ONE && fault.mayOverlap())
                        .toList();
        List<Member> rest =
                site.members().stream().filter(member -> !member.equals(first.victim)).toList();
        return List.of(first, blow(others.get(random.nextInt(others.size())), rest, owners));
    }

    private Blow blow(Fault fault, List<Member> members, OwnerWatch owners) throws IOException {
        Member any = members.get(random.nextInt(members.size()));
        Member victim = fault.scope == Fault.Scope.OWNER ? owners.owner() : any;
        return new Blow(fault, victim, random.nextLong(FAULT_MILLIS_MIN, FAULT_MILLIS_MAX));
    }

    /** One fault, or two at once; afterwards the load goes on. False if something was wrong. */
    private boolean round(List<Blow> blows, Strikes strikes, Formation formation, Observer observer)
            throws IOException, InterruptedException {
        boolean costsACopy = blows.stream().anyMatch(blow -> blow.fault.costsACopy());
        if (costsACopy && !awaitInSync(formation, observer)) {
            return false;
        }
        measures.forgetStall();
        try (ExecutorService threads = Executors.newFixedThreadPool(blows.size())) {
            List<Future<?>> running = new ArrayList<>();
            for (Blow blow : blows) {
                SplittableRandom its = random.split();
                running.add(
                        threads.submit(() -> {
                            strikes.strike(blow.fault, blow.victim, blow.millis, its);
                            return null;
                        }));
            }
            for (Future<?> each : running) {
                each.get();
            }
        } catch (ExecutionException e) {
            measures.onError(String.valueOf(e.getCause()));
            return false;
        }
        long goal = measures.writes.sum() + WRITES_TO_GO_ON;
        formation.await(
                "the load goes on",
                GO_ON_SECONDS_MAX,
                () -> measures.writes.sum() >= goal || !isRight());
        note(blows);
        boolean mustHeal = costsACopy || random.nextInt(100) < HEAL_PERCENT;
        return isRight() && (!mustHeal || awaitInSync(formation, observer));
    }

    private void note(List<Blow> blows) {
        long stall = measures.stallMillis();
        longestStallMillis = Math.max(longestStallMillis, stall);
        StringBuilder text = new StringBuilder();
        for (Blow blow : blows) {
            stalls.computeIfAbsent(blow.fault, fault -> new ArrayList<>()).add(stall);
            boolean isOfOne = blow.fault.scope != Fault.Scope.ALL;
            text.append(text.isEmpty() ? "" : ", and ")
                    .append(isOfOne ? "node " + blow.victim.node() + " " : "")
                    .append(blow.fault.title);
        }
        picture.say("%-60s stall %,7d ms, %,d writes", text, stall, measures.writes.sum());
    }

    private boolean isRight() {
        return measures.errors.sum() == 0 && measures.pagesLost.sum() == 0;
    }

    private boolean awaitInSync(Formation formation, Observer observer)
            throws InterruptedException {
        try {
            Object before = observer.volume();
            formation.await(
                    "all components are in sync",
                    IN_SYNC_SECONDS_MAX,
                    () -> (observer.volume() != before && observer.isInSync()) || !isRight());
            return isRight();
        } catch (IOException e) {
            measures.onError(e.getMessage() + "; last seen: " + seen(observer));
            return false;
        }
    }

    private static String seen(Observer observer) {
        return Optional.ofNullable(observer.volume())
                .map(volume -> volume.getComponentsList().toString().replaceAll("\\s+", " "))
                .orElse("nothing");
    }

    private boolean summary(Observer observer, boolean isGood) {
        long all = stalls.values().stream().mapToLong(List::size).sum();
        System.out.printf("%n%-32s %5s  %10s  %10s%n", "FAULT", "TIMES", "STALL P50", "LONGEST");
        stalls.forEach((fault, millis) -> {
            List<Long> sorted = millis.stream().sorted().toList();
            System.out.printf(
                    Locale.ROOT,
                    "%-32s %5d  %,7d ms  %,7d ms%n",
                    fault.title,
                    sorted.size(),
                    sorted.get((sorted.size() - 1) / 2),
                    sorted.getLast());
        });
        System.out.printf(Locale.ROOT, "%nFaults               %,d%n", all);
        return new Summary(measures, observer, isGood, longestStallMillis).print();
    }
}
