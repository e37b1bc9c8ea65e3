package io.xsan.server.demo;

import io.xsan.protocol.client.ApiException;
import io.xsan.server.cli.Sizes;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** How a site becomes a cluster with a volume under load. One thread. */
final class Formation {
    /** Keeps a thread from judging datanodes that are being ended on purpose. */
    interface Hold {
        void ifEnding() throws InterruptedException;
    }

    private static final int FORM_SECONDS_MAX = 300;
    private static final int EXPORT_SECONDS_MAX = 120;

    private final Site site;
    private final Datanodes nodes;
    private final Control control;
    private final Picture picture;
    private final Hold hold;

    Formation(Site site, Datanodes nodes, Control control, Picture picture, Hold hold) {
        this.site = site;
        this.nodes = nodes;
        this.control = control;
        this.picture = picture;
        this.hold = hold;
    }

    /** Starts the datanodes and makes the volume; returns when it is there. */
    void form(long volumeBytes) throws IOException, InterruptedException {
        for (Member member : site.members()) {
            nodes.start(member);
        }
        picture.say(
                "Started %d datanodes, %s to %s, in %s",
                site.members().size(),
                site.members().getFirst().endpoint(),
                site.members().getLast().endpoint(),
                site.directory());
        await(
                "the datanodes form a cluster",
                FORM_SECONDS_MAX,
                () -> control.isFormed(site.members().size()));
        picture.say("The metadata group has formed");
        create(volumeBytes);
        picture.say(
                "Created the volume '%s': %s, 3 replicas", Control.VOLUME, Sizes.text(volumeBytes));
    }

    /** Placement needs the capacity that nodes report, so the first tries may be refused. */
    private void create(long volumeBytes) throws IOException, InterruptedException {
        ApiException[] last = new ApiException[1];
        try {
            await(
                    "the nodes report their capacity",
                    EXPORT_SECONDS_MAX,
                    () -> {
                        try {
                            control.create(volumeBytes, 3);
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

    /**
     * A load on the volume where {@code owners} finds it. Its export opens when its components are
     * there; until then connections are refused and tried again.
     */
    Load connect(OwnerWatch owners, Measures measures) throws IOException, InterruptedException {
        Load[] load = new Load[1];
        IOException[] last = new IOException[1];
        try {
            await(
                    "the export opens",
                    EXPORT_SECONDS_MAX,
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

    /**
     * Waits until {@code isDone}.
     *
     * @throws IOException if it is not after {@code secondsMax}, or a datanode has ended
     */
    void await(String what, int secondsMax, BooleanSupplier isDone)
            throws IOException, InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(secondsMax);
        while (!isDone.getAsBoolean()) {
            Optional<Member> ended = nodes.ended();
            hold.ifEnding();
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
