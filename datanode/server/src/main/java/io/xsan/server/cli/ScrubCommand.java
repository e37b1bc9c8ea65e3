package io.xsan.server.cli;

import io.xsan.base.ErrorCode;
import io.xsan.base.Refusal;
import io.xsan.protocol.client.XsanClient;
import io.xsan.protocol.v1.ListVolumesRequest;
import io.xsan.protocol.v1.Scrub;
import io.xsan.protocol.v1.Volume;
import io.xsan.protocol.v1.VolumeRef;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code xsan scrub}. */
@Command(
        name = "scrub",
        description = {
            "Reads and compares all copies of volumes now, and repairs what is bad.",
            "Tells how far it is until it is done. Ends with 1 where something is bad on every copy."
        })
final class ScrubCommand implements Callable<Integer> {
    private static final long LOOK_MILLIS = 1_000;

    private final Cluster cluster;

    @Parameters(
            arity = "0..*",
            paramLabel = "NAME",
            description = "Volumes, by name or id; none: all of them, one after the other.")
    private @Nullable List<String> names;

    @Option(names = "--no-wait", description = "Only begins; see xsan volume show.")
    private boolean isNotAwaited;

    ScrubCommand(Cluster cluster) {
        this.cluster = cluster;
    }

    @Override
    public Integer call() throws IOException {
        long bad = 0;
        try (XsanClient client = cluster.connect()) {
            List<VolumeRef> wanted =
                    names == null ? all(client) : names.stream().map(Cluster::volume).toList();
            for (VolumeRef each : wanted) {
                client.call(s -> s.scrubVolume(each));
                bad += isNotAwaited ? 0 : await(client, each).getBadPages();
            }
        }
        return bad == 0 ? 0 : 1;
    }

    private static List<VolumeRef> all(XsanClient client) throws IOException {
        return client
                .call(s -> s.listVolumes(ListVolumesRequest.getDefaultInstance()))
                .getVolumesList()
                .stream()
                .filter(volume -> !volume.getDeleting())
                .map(volume -> VolumeRef.newBuilder().setId(volume.getId()).build())
                .toList();
    }

    private Scrub await(XsanClient client, VolumeRef ref) throws IOException {
        int epoch = 0;
        String told = "";
        while (true) {
            Volume volume = client.call(s -> s.getVolume(ref));
            Scrub scrub = volume.getEngine().getScrub();
            if (epoch != 0 && volume.hasEngine() && volume.getEngine().getEpoch() != epoch) {
                // Another owner, or another life of it, which knows nothing of this round.
                client.call(s -> s.scrubVolume(ref));
                epoch = volume.getEngine().getEpoch();
            } else if (volume.hasEngine() && !scrub.getRunning()) {
                say(volume.getName() + ": " + outcome(scrub));
                return scrub;
            } else if (volume.hasEngine()) {
                epoch = volume.getEngine().getEpoch();
            }
            String now = progress(volume);
            if (!now.equals(told)) {
                say(volume.getName() + ": " + now);
                told = now;
            }
            pause();
        }
    }

    private void say(String line) {
        cluster.surroundings().out().println(line);
        cluster.surroundings().out().flush();
    }

    private static void pause() {
        try {
            Thread.sleep(LOOK_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Refusal(ErrorCode.BUSY, "interrupted; the scrub goes on");
        }
    }

    /** Such as {@code 45 %, 3 pages repaired}. */
    static String progress(Volume volume) {
        if (!volume.hasEngine()) {
            return "owner " + volume.getOwner() + " does not answer";
        }
        Scrub scrub = volume.getEngine().getScrub();
        return String.format(
                Locale.ROOT,
                "%d %%%s",
                100 * scrub.getDoneBytes() / volume.getSizeBytes(),
                pages(scrub));
    }

    /** Such as {@code 512 MiB read, 3 pages repaired, 1 page bad on every copy}. */
    static String outcome(Scrub scrub) {
        return Sizes.text(scrub.getReadBytes()) + " read" + pages(scrub);
    }

    private static String pages(Scrub scrub) {
        long repaired = scrub.getRepairedPages();
        long bad = scrub.getBadPages();
        return (repaired == 0 ? "" : ", " + count(repaired) + " repaired")
                + (bad == 0 ? "" : ", " + count(bad) + " bad on every copy");
    }

    private static String count(long pages) {
        return pages + (pages == 1 ? " page" : " pages");
    }
}
