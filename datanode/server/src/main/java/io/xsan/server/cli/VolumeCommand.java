package io.xsan.server.cli;

import io.xsan.protocol.client.XsanClient;
import io.xsan.protocol.v1.CreateVolumeRequest;
import io.xsan.protocol.v1.ListVolumesRequest;
import io.xsan.protocol.v1.MoveVolumeRequest;
import io.xsan.protocol.v1.Policy;
import io.xsan.protocol.v1.RecoverVolumeRequest;
import io.xsan.protocol.v1.Recovery;
import io.xsan.protocol.v1.ResizeVolumeRequest;
import io.xsan.protocol.v1.SetVolumePolicyRequest;
import java.io.IOException;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code xsan volume}. */
@Command(name = "volume", description = "Creates, shows and changes volumes.")
final class VolumeCommand {
    private final Cluster cluster;

    VolumeCommand(Cluster cluster) {
        this.cluster = cluster;
    }

    /** What is rarely given at creation. 0: the default. */
    static final class Placement {
        @Option(
                names = "--min-replicas",
                paramLabel = "N",
                description =
                        "Writes wait while fewer copies are up to date; default: 1, from 3 replicas on 2.")
        private int minReplicas;

        @Option(
                names = "--width",
                paramLabel = "N",
                description = "Nodes that the volume is spread over; default: 6, or all.")
        private int width;

        @Option(
                names = "--owner",
                paramLabel = "NODE",
                description = "Node that serves it; default: the one that is asked.")
        private int owner;
    }

    @Command(description = "Creates a volume, or shows it if it exists with the same properties.")
    int create(
            @Parameters(paramLabel = "NAME") String name,
            @Option(
                            names = "--size",
                            required = true,
                            converter = SizeArgument.class,
                            paramLabel = "SIZE",
                            description = "Such as 10GiB.")
                    Long size,
            @Option(
                            names = "--replicas",
                            defaultValue = "0",
                            paramLabel = "N",
                            description = "Copies of each block; default: that of the cluster.")
                    int replicas,
            @Option(
                            names = "--sector-size",
                            defaultValue = "4096",
                            paramLabel = "BYTES",
                            description = "512 or 4096 (default).")
                    int sectorBytes,
            @Mixin Placement placement)
            throws IOException {
        check(sectorBytes == 512 || sectorBytes == 4096, "--sector-size", sectorBytes, "512, 4096");
        check(replicas >= 0 && replicas <= 5, "--replicas", replicas, "1 to 5");
        check(size % sectorBytes == 0, "--size", size, "a multiple of the sector size");
        CreateVolumeRequest request =
                CreateVolumeRequest.newBuilder()
                        .setName(name)
                        .setSizeBytes(size)
                        .setSectorBytes(sectorBytes)
                        .setPolicy(
                                Policy.newBuilder()
                                        .setReplicas(replicas)
                                        .setMinReplicas(placement.minReplicas)
                                        .setWidth(placement.width))
                        .setOwner(placement.owner)
                        .build();
        cluster.show(s -> s.createVolume(request), Tables::volume);
        return 0;
    }

    private static void check(boolean isGood, String option, long value, String allowed) {
        if (!isGood) {
            throw new IllegalArgumentException(
                    "option " + option + ": " + value + ", allowed is " + allowed);
        }
    }

    @Command(description = "Lists the volumes.")
    int list() throws IOException {
        cluster.show(
                s -> s.listVolumes(ListVolumesRequest.getDefaultInstance()),
                answer -> Tables.volumes(answer.getVolumesList()));
        return 0;
    }

    @Command(description = "Shows a volume with its components.")
    int show(@Parameters(paramLabel = "NAME") String name) throws IOException {
        cluster.show(s -> s.getVolume(Cluster.named(name)), Tables::volume);
        return 0;
    }

    @Command(description = "Makes a volume larger.")
    int resize(
            @Parameters(paramLabel = "NAME") String name,
            @Option(
                            names = "--size",
                            required = true,
                            converter = SizeArgument.class,
                            paramLabel = "SIZE",
                            description = "The new size, such as 20GiB.")
                    Long size)
            throws IOException {
        ResizeVolumeRequest request =
                ResizeVolumeRequest.newBuilder()
                        .setVolume(Cluster.named(name))
                        .setSizeBytes(size)
                        .build();
        cluster.show(s -> s.resizeVolume(request), Tables::volume);
        return 0;
    }

    @Command(description = "Deletes a volume with its data. It must not be attached or exported.")
    int delete(@Parameters(paramLabel = "NAME") String name) throws IOException {
        cluster.show(s -> s.deleteVolume(Cluster.named(name)), answer -> "");
        return 0;
    }

    @Command(
            name = "set-policy",
            description = {
                "Changes copies, spread and what writes need. Data move in the background, while the",
                "volume is used: 'xsan volume show' tells how far. What is not given stays."
            })
    int setPolicy(
            @Parameters(paramLabel = "NAME") String name,
            @Option(
                            names = "--replicas",
                            defaultValue = "0",
                            paramLabel = "N",
                            description = "Copies of each block.")
                    int replicas,
            @Option(
                            names = "--min-replicas",
                            defaultValue = "0",
                            paramLabel = "N",
                            description = "Writes wait while fewer copies are up to date.")
                    int minReplicas,
            @Option(
                            names = "--width",
                            defaultValue = "0",
                            paramLabel = "N",
                            description = "Nodes that the volume is spread over.")
                    int width)
            throws IOException {
        check(replicas >= 0 && replicas <= 5, "--replicas", replicas, "1 to 5");
        check(minReplicas >= 0 && minReplicas <= 5, "--min-replicas", minReplicas, "1 to 5");
        check(width >= 0 && width <= 64, "--width", width, "1 to 64");
        if (replicas == 0 && minReplicas == 0 && width == 0) {
            throw new IllegalArgumentException(
                    "nothing to change: give --replicas, --min-replicas or --width");
        }
        SetVolumePolicyRequest request =
                SetVolumePolicyRequest.newBuilder()
                        .setVolume(Cluster.named(name))
                        .setPolicy(
                                Policy.newBuilder()
                                        .setReplicas(replicas)
                                        .setMinReplicas(minReplicas)
                                        .setWidth(width))
                        .build();
        cluster.show(s -> s.setVolumePolicy(request), Tables::volume);
        return 0;
    }

    @Command(description = "Hands a volume to another owner.")
    int move(
            @Parameters(paramLabel = "NAME") String name,
            @Option(names = "--to", required = true, paramLabel = "NODE") int node)
            throws IOException {
        MoveVolumeRequest request =
                MoveVolumeRequest.newBuilder()
                        .setVolume(Cluster.named(name))
                        .setOwner(node)
                        .build();
        cluster.show(s -> s.moveVolume(request), Tables::volume);
        return 0;
    }

    @Command(
            description = {
                "The last resort when all up-to-date copies of a volume, or of parts of it, are gone",
                "for good: goes on from copies that are not up to date. Tells what may be lost, and",
                "asks. Refused where an up-to-date copy can be reached."
            })
    int recover(
            @Parameters(paramLabel = "NAME") String name,
            @Option(
                            names = "--from",
                            required = true,
                            split = ",",
                            paramLabel = "NODE",
                            description =
                                    "Node whose copy becomes the up-to-date one; may be several.")
                    List<Integer> from,
            @Option(names = "--accept-data-loss", description = "Without it nothing is changed.")
                    boolean isAccepted,
            @Mixin Confirmation confirmation)
            throws IOException {
        RecoverVolumeRequest.Builder request =
                RecoverVolumeRequest.newBuilder().setVolume(Cluster.named(name)).addAllFrom(from);
        Recovery told;
        try (XsanClient client = cluster.connect()) {
            told = client.call(s -> s.recoverVolume(request.build()));
        }
        cluster.print(told, Tables::recovery);
        if (!isAccepted) {
            throw new IllegalArgumentException(
                    "nothing was changed: to go on, add --accept-data-loss");
        }
        confirmation.require(cluster.surroundings(), "the volume", name);
        request.setAcceptDataLoss(true).setEpoch(told.getVolume().getEpoch());
        cluster.show(s -> s.recoverVolume(request.build()), r -> Tables.volume(r.getVolume()));
        return 0;
    }
}
