package io.xsan.server.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.xsan.base.Check;
import io.xsan.protocol.client.ApiException;
import io.xsan.protocol.v1.Component;
import io.xsan.protocol.v1.Volume;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Three datanodes as processes under a verified load, for tests that hurt them. */
final class LoadedCluster implements AutoCloseable {
    private static final long VOLUME_BYTES = 64L << 20;
    private static final long SMALL_BYTES = 4L << 20;
    private static final long MOVE_SECONDS_MAX = 10;
    private static final long WAIT_SECONDS_MAX = 240;

    final Site site;
    final Datanodes nodes;
    final Control control;
    final Measures measures = new Measures();
    private final OwnerWatch owners;
    private @Nullable Load load;

    /** At addresses that begin with {@code network}, such as 127.14; {@link #start} starts it. */
    LoadedCluster(Path directory, String network) throws IOException {
        String prefix = network + "." + (1 + ProcessHandle.current().pid() % 250) + ".";
        site = Site.create(directory, 3, 1L << 30, prefix);
        nodes = new Datanodes(site, false);
        control = new Control(site.clientFile());
        owners = new OwnerWatch(site);
    }

    /** Starts it; returns when the load runs. */
    void start() throws Exception {
        for (Member member : site.members()) {
            nodes.start(member);
        }
        await("the cluster forms", () -> control.isFormed(3));
        await("the volume is made", () -> isDone(() -> control.create(VOLUME_BYTES, 3)));
        await("the volume is exported", () -> isDone(control::export));
        await("the volume is served", () -> isDone(() -> load = new Load(owners, measures)));
        measures.start(System.nanoTime());
        load().start();
        goOn();
    }

    private Load load() {
        return Check.present(load, "the load runs");
    }

    /** Returns when a hundred more writes were acknowledged. */
    void goOn() throws Exception {
        long wanted = measures.writes.sum() + 100;
        await(
                "the load goes on",
                () -> measures.writes.sum() >= wanted || measures.errors.sum() > 0);
        assertThat(measures.troubles()).isEmpty();
    }

    Member owner() throws IOException {
        return owners.owner();
    }

    /** Makes another member the owner; returns when it has been granted its epoch. */
    void moveAwayFrom(Member member) throws Exception {
        moveTo(anyBut(member));
    }

    Member anyBut(Member... others) {
        return site.members().stream()
                .filter(member -> !List.of(others).contains(member))
                .findFirst()
                .orElseThrow();
    }

    /** Makes a member the owner; returns when it has been granted its epoch. */
    void moveTo(Member member) throws Exception {
        // Asked for again: where the machine is slow, the new owner may be taken for dead.
        await("the volume moves", () -> isMoved(member));
        goOn();
    }

    private boolean isMoved(Member to) throws Exception {
        if (!isDone(() -> control.move(Control.VOLUME, to.node()))) {
            return false;
        }
        long deadlineNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(MOVE_SECONDS_MAX);
        while (!owner().equals(to) && System.nanoTime() - deadlineNanos < 0) {
            Thread.sleep(50);
        }
        return owner().equals(to);
    }

    /** Makes {@code member} the owner of at least {@code count} volumes. */
    void ownVolumes(Member member, int count) throws Exception {
        for (int i = 0; i < count; i++) {
            String name = "more-" + i;
            await(
                    "a volume is made",
                    () -> isDone(() -> control.create(name, SMALL_BYTES, 3, member.node())));
            await("a volume moves", () -> isDone(() -> control.move(name, member.node())));
        }
    }

    void awaitOtherOwner(Member than) throws Exception {
        await("another owner is known", () -> !owner().equals(than));
    }

    void awaitNoVolumesOf(Member dead) throws Exception {
        await("all volumes have moved", () -> isDone(() -> noVolumesOf(dead)));
    }

    private boolean noVolumesOf(Member dead) throws IOException {
        if (control.volumesOf(dead.node()) > 0) {
            throw new IOException("not all volumes have moved");
        }
        return true;
    }

    /** Something that is done to the cluster. */
    interface Step {
        void run() throws Exception;
    }

    /** The longest time in which nothing was answered while {@code step} was done, in ms. */
    long stallOf(Step step) throws Exception {
        measures.forgetStall();
        step.run();
        return measures.stallMillis();
    }

    /** The member that leads the metadata; waits while there is none. */
    Member leader() throws Exception {
        int[] found = new int[1];
        await(
                "the metadata has a leader",
                () -> {
                    found[0] = control.leader();
                    return found[0] != 0;
                });
        return site.member(found[0]);
    }

    void awaitInSync() throws Exception {
        await(
                "all components are in sync",
                () -> control.volume().filter(LoadedCluster::isInSync).isPresent());
    }

    private static boolean isInSync(Volume volume) {
        return volume.getComponentsList().stream()
                .map(Component::getState)
                .allMatch("IN_SYNC"::equals);
    }

    /** Ends the load and reads everything back: nothing failed, nothing is lost. */
    void verify() throws InterruptedException {
        load().stop();
        load().verify();
        System.out.printf(
                "writes %d, reads %d, longest stall %d ms%n",
                measures.writes.sum(), measures.reads.sum(), measures.stallMillis());
        assertThat(measures.troubles()).isEmpty();
        assertThat(measures.errors.sum()).isZero();
        assertThat(measures.pagesLost.sum()).isZero();
        assertThat(measures.pagesVerified.sum()).isPositive();
    }

    static boolean isDone(Callable<?> action) throws Exception {
        try {
            action.call();
            return true;
        } catch (ApiException | IOException e) {
            return false;
        }
    }

    static void await(String what, Callable<Boolean> isDone) throws Exception {
        long deadlineNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(WAIT_SECONDS_MAX);
        while (!isDone.call()) {
            assertThat(System.nanoTime() - deadlineNanos).as(what).isNegative();
            Thread.sleep(50);
        }
    }

    @Override
    public void close() throws IOException {
        Load running = load;
        if (running != null) {
            running.close();
        }
        owners.close();
        control.close();
        nodes.close();
        site.close();
    }
}
