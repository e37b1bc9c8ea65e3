package io.xsan.server.demo;

import io.xsan.protocol.client.ApiException;
import io.xsan.protocol.v1.Export;
import io.xsan.protocol.v1.Volume;
import io.xsan.server.cli.Sizes;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** One run of the demo, from the empty directory to the verdict. */
final class Demo {
    private static final int FORM_SECONDS_MAX = 300;
    private static final int EXPORT_SECONDS_MAX = 120;
    private static final int RESYNC_SECONDS_MAX = 120;

    private final DemoOptions options;
    private final boolean plantsLoss;
    private final Measures measures = new Measures();
    private final Picture picture = new Picture();
    private volatile boolean isOver;
    private volatile boolean isEnding;

    /**
     * {@code plantsLoss} is for the demo's own test: a page is changed behind the back of the load,
     * which must be found.
     */
    Demo(DemoOptions options, boolean plantsLoss) {
        this.options = options;
        this.plantsLoss = plantsLoss;
    }

    /** Runs all of it. True if nothing was lost and no request failed. */
    boolean run() throws IOException, InterruptedException {
        if (!Datanodes.running(options.directory()).isEmpty()) {
            throw new IOException(
                    "a demo runs in " + options.directory() + "; end it with ./xsan demo --stop");
        }
        try (Site site = Site.create(options.directory(), options.sizeBytes())) {
            return run(site);
        }
    }

    private boolean run(Site site) throws IOException, InterruptedException {
        Datanodes nodes = new Datanodes(site, options.keep());
        Thread ending = new Thread(() -> end(nodes), "demo-end");
        Runtime.getRuntime().addShutdownHook(ending);
        boolean isGood;
        try (Control control = new Control(site.clientFile())) {
            form(site, nodes, control);
            isGood = options.seconds() == 0 || load(site, nodes, control);
            if (options.keep()) {
                Runtime.getRuntime().removeShutdownHook(ending);
                System.out.print(Advice.text(site, control.export()));
                return isGood;
            }
        } finally {
            isOver = true;
        }
        nodes.close();
        return isGood;
    }

    /** The process ends: after the demo, or by Ctrl-C in the middle of it. */
    private void end(Datanodes nodes) {
        boolean isEarly = !isOver;
        isEnding = true;
        if (isEarly) {
            System.out.println();
            picture.say("Interrupted: stopping the datanodes");
        }
        nodes.close();
        if (isEarly) {
            picture.say("Ended, nothing of it runs any more");
        }
    }

    /** What the datanodes' end looks like is nobody's concern once it was asked for. */
    private void holdIfEnding() throws InterruptedException {
        if (isEnding) {
            Thread.sleep(Long.MAX_VALUE);
        }
    }

    private void form(Site site, Datanodes nodes, Control control)
            throws IOException, InterruptedException {
        for (Member member : site.members()) {
            nodes.start(member);
        }
        picture.say(
                "Started three datanodes, %s to %s, in %s",
                site.members().getFirst().endpoint(),
                site.members().getLast().endpoint(),
                site.directory());
        await(
                "the datanodes form a cluster",
                FORM_SECONDS_MAX,
                nodes,
                () -> control.isFormed(site.members().size()));
        picture.say("The metadata group has formed");
        create(nodes, control);
        picture.say(
                "Created the volume '%s': %s, 3 replicas",
                Control.VOLUME, Sizes.text(options.sizeBytes()));
    }

    /** Placement needs the capacity that nodes report, so the first tries may be refused. */
    private void create(Datanodes nodes, Control control) throws IOException, InterruptedException {
        ApiException[] last = new ApiException[1];
        try {
            await(
                    "the nodes report their capacity",
                    EXPORT_SECONDS_MAX,
                    nodes,
                    () -> {
                        try {
                            control.create(options.sizeBytes(), 3);
                            return true;
                        } catch (ApiException e) {
                            last[0] = e;
                            return false;
                        }
                    });
        } catch (IOException e) {
            throw last[0] == null ? e : new IOException(last[0].getMessage(), e);
        }
    }

    private boolean load(Site site, Datanodes nodes, Control control)
            throws IOException, InterruptedException {
        Export export = control.export();
        Member owner = site.member(export.getOwner());
        try (Observer observer = new Observer(control);
                OwnerWatch owners = new OwnerWatch(site);
                Load load = connect(owners, nodes)) {
            picture.say("Serving it from node %d; load: %s", owner.node(), Load.describe());
            measures.start(System.nanoTime());
            load.start();
            Member victim = options.victim() == Victim.OWNER ? owner : replica(site, owner);
            long part = TimeUnit.SECONDS.toNanos(options.seconds()) / 3;
            long start = System.nanoTime();
            watch(start + part, observer);
            long pid = nodes.kill(victim);
            picture.say("SIGKILL to node %d (pid %d)", victim.node(), pid);
            watch(start + 2 * part, observer);
            nodes.start(victim);
            picture.say("Started node %d again", victim.node());
            watch(start + 3 * part, observer);
            load.stop();
            picture.say("End of the load");
            boolean isInSync = resync(observer);
            if (plantsLoss) {
                load.plantLoss();
            }
            picture.say("Reading back every page that was written");
            measures.start(System.nanoTime());
            load.verify();
            Optional<Member> ended = nodes.ended();
            ended.ifPresent(member -> measures.onError(member.end()));
            return new Summary(measures, observer, isInSync).print();
        }
    }

    /** The export opens when its components are there; until then connections are refused. */
    private Load connect(OwnerWatch owners, Datanodes nodes)
            throws IOException, InterruptedException {
        Load[] load = new Load[1];
        IOException[] last = new IOException[1];
        try {
            await(
                    "the export opens",
                    EXPORT_SECONDS_MAX,
                    nodes,
                    () -> {
                        try {
                            load[0] = new Load(owners, measures);
                            return true;
                        } catch (IOException e) {
                            last[0] = e;
                            return false;
                        }
                    });
        } catch (IOException e) {
            throw last[0] == null ? e : new IOException(last[0].getMessage(), e);
        }
        return load[0];
    }

    private static Member replica(Site site, Member owner) {
        return site.members().reversed().stream()
                .filter(member -> member.node() != owner.node())
                .findFirst()
                .orElseThrow();
    }

    private void watch(long untilNanos, Observer observer) throws InterruptedException {
        while (System.nanoTime() - untilNanos < 0) {
            long leftMillis = TimeUnit.NANOSECONDS.toMillis(untilNanos - System.nanoTime());
            Thread.sleep(Math.max(1, Math.min(picture.pauseMillis(), leftMillis)));
            holdIfEnding();
            picture.draw(measures, observer);
        }
    }

    private boolean resync(Observer observer) throws InterruptedException {
        // What was seen before the last answer of the load may be of before the failure.
        Volume before = observer.volume();
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(RESYNC_SECONDS_MAX);
        while (observer.volume() == before || !observer.isInSync()) {
            if (System.nanoTime() - deadline > 0) {
                picture.say("Not all components are in sync after %d s", RESYNC_SECONDS_MAX);
                return false;
            }
            Thread.sleep(picture.pauseMillis());
            holdIfEnding();
            picture.drawComponents(observer);
        }
        picture.say("All components are in sync");
        return true;
    }

    private void await(String what, int secondsMax, Datanodes nodes, BooleanSupplier isDone)
            throws IOException, InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(secondsMax);
        while (!isDone.getAsBoolean()) {
            Optional<Member> ended = nodes.ended();
            holdIfEnding();
            if (ended.isPresent()) {
                throw new IOException(ended.get().end());
            }
            if (System.nanoTime() - deadline > 0) {
                throw new IOException("gave up after " + secondsMax + " s until " + what);
            }
            picture.wait("waiting until " + what);
            Thread.sleep(100);
        }
    }
}
