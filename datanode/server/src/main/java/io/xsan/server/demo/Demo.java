package io.xsan.server.demo;

import io.xsan.protocol.v1.Export;
import io.xsan.protocol.v1.Volume;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** One run of the demo, from the empty directory to the verdict. */
final class Demo {
    private static final int RESYNC_SECONDS_MAX = 120;

    /** One before all failures, one in and one after each. */
    private static final int PARTS = 7;

    private final DemoOptions options;
    private final boolean plantsLoss;
    private final Measures measures = new Measures();
    private final Picture picture = new Picture();
    private long longestStallMillis;
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
            watch(observer);
            boolean isInSync =
                    hurt(kill(replica(site, owners), "holds a replica", nodes), observer)
                            && hurt(kill(owners.owner(), "owns the volume", nodes), observer)
                            && hurt(cut(replica(site, owners), nodes), observer);
            load.stop();
            picture.say("End of the load");
            if (plantsLoss) {
                load.plantLoss();
            }
            picture.say("Reading back every page that was written");
            measures.start(System.nanoTime());
            load.verify();
            Optional<Member> ended = nodes.ended();
            ended.ifPresent(member -> measures.onError(member.end()));
            return new Summary(measures, observer, isInSync, longestStallMillis).print();
        }
    }

    private interface Step {
        void run() throws IOException, InterruptedException;
    }

    /** What happens to a datanode, and how it is taken back. */
    private record Trouble(String begin, Step hurt, String end, Step heal) {}

    private static Trouble kill(Member victim, String why, Datanodes nodes) {
        return new Trouble(
                "SIGKILL to node " + victim.node() + ", which " + why,
                () -> nodes.kill(victim),
                "Started node " + victim.node() + " again",
                () -> nodes.start(victim));
    }

    /** Without root no link can be cut: nobody hears a process that stands still either. */
    private static Trouble cut(Member victim, Datanodes nodes) {
        return new Trouble(
                "SIGSTOP to node " + victim.node() + ", which nobody hears from any more",
                () -> nodes.suspend(victim),
                "SIGCONT to node " + victim.node(),
                () -> nodes.resume(victim));
    }

    /** Under load; returns when it is over and healed. False if not all came in sync again. */
    private boolean hurt(Trouble trouble, Observer observer)
            throws IOException, InterruptedException {
        measures.forgetStall();
        trouble.hurt.run();
        picture.say("%s", trouble.begin);
        watch(observer);
        trouble.heal.run();
        picture.say("%s", trouble.end);
        boolean isInSync = resync(observer);
        watch(observer);
        long stall = measures.stallMillis();
        longestStallMillis = Math.max(longestStallMillis, stall);
        picture.say("The longest time without any answer was %,d ms", stall);
        return isInSync;
    }

    private static Member replica(Site site, OwnerWatch owners) throws IOException {
        Member owner = owners.owner();
        return site.members().reversed().stream()
                .filter(member -> !member.equals(owner))
                .findFirst()
                .orElseThrow();
    }

    /** Shows the load for a part of its time. */
    private void watch(Observer observer) throws InterruptedException {
        long part = TimeUnit.SECONDS.toNanos(options.seconds()) / PARTS;
        long until = System.nanoTime() + part;
        while (System.nanoTime() - until < 0) {
            long leftMillis = TimeUnit.NANOSECONDS.toMillis(until - System.nanoTime());
            Thread.sleep(Math.max(1, Math.min(picture.pauseMillis(), leftMillis)));
            holdIfEnding();
            picture.draw(measures, observer);
        }
    }

    private boolean resync(Observer observer) throws InterruptedException {
        // What was seen last may be of before the failure.
        Volume before = observer.volume();
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(RESYNC_SECONDS_MAX);
        while (observer.volume() == before || !observer.isInSync()) {
            if (System.nanoTime() - deadline > 0) {
                picture.say("Not all components are in sync after %d s", RESYNC_SECONDS_MAX);
                return false;
            }
            Thread.sleep(picture.pauseMillis());
            holdIfEnding();
            picture.draw(measures, observer);
        }
        picture.say("All components are in sync");
        return true;
    }
}
