package io.xsan.server.demo;

import io.xsan.protocol.v1.Export;
import io.xsan.protocol.v1.Volume;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** One run of the demo, from the empty directory to the verdict. */
final class Demo {
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
            Formation formation = new Formation(site, nodes, control, picture, this::holdIfEnding);
            formation.form(options.sizeBytes());
            isGood = options.seconds() == 0 || load(site, nodes, control, formation);
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

    private boolean load(Site site, Datanodes nodes, Control control, Formation formation)
            throws IOException, InterruptedException {
        Export export = control.export();
        Member owner = site.member(export.getOwner());
        try (Observer observer = new Observer(control);
                OwnerWatch owners = new OwnerWatch(site);
                Load load = formation.connect(owners, measures)) {
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
            return new Summary(measures, observer, isInSync, measures.stallMillis()).print();
        }
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
}
