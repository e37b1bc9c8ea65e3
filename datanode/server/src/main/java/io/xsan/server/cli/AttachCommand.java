package io.xsan.server.cli;

import io.xsan.protocol.client.ApiException;
import io.xsan.protocol.client.XsanClient;
import io.xsan.protocol.v1.AgentInfo;
import io.xsan.protocol.v1.AttachDeviceRequest;
import io.xsan.protocol.v1.AttachRequest;
import io.xsan.protocol.v1.Attachment;
import io.xsan.protocol.v1.DetachRequest;
import io.xsan.protocol.v1.Device;
import io.xsan.protocol.v1.Volume;
import io.xsan.protocol.v1.VolumeRef;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code xsan attach}: the attachment in the metadata first, then the device. */
@Command(
        name = "attach",
        description = "Makes a volume a block device of this host, and prints its path.")
final class AttachCommand implements Callable<Integer> {
    private static final int WAIT_SECONDS_MAX = 600;

    private final HostAgent agent;

    @SuppressWarnings("FieldCanBeFinal") // set by picocli
    @Parameters(paramLabel = "VOLUME")
    private String volume = "";

    @Option(names = "--read-only", description = "Refuses writes.")
    private boolean isReadOnly;

    @Option(names = "--mode", paramLabel = "MODE", description = "nbd or fuse; else the best.")
    private String mode = "";

    @Option(names = "--agent", paramLabel = "SOCKET", description = "The agent's control socket.")
    private @Nullable Path socket;

    @Option(
            names = "--wait",
            paramLabel = "SECONDS",
            description = "How long to wait for an agent that is starting. 0 to 600.")
    private int waitSeconds;

    AttachCommand(HostAgent agent) {
        this.agent = agent;
    }

    @Override
    public Integer call() throws IOException {
        if (waitSeconds < 0 || waitSeconds > WAIT_SECONDS_MAX) {
            throw new IllegalArgumentException(
                    "option --wait: " + waitSeconds + ", allowed is 0 to " + WAIT_SECONDS_MAX);
        }
        AgentInfo host = agent.await(socket, waitSeconds);
        try (XsanClient client = agent.cluster().connect()) {
            Volume found = client.call(s -> s.getVolume(Cluster.volume(volume)));
            Optional<Attachment> known = known(found, host.getHost());
            Attachment attachment = known.orElseGet(() -> attach(client, found, host.getHost()));
            Device device = device(client, found, attachment, known.isEmpty());
            agent.cluster().print(device, shown -> shown.getPath() + "\n");
        }
        return 0;
    }

    private Optional<Attachment> known(Volume found, String host) {
        Optional<Attachment> known =
                found.getAttachmentsList().stream()
                        .filter(a -> !a.getManual() && a.getHost().equals(host))
                        .findFirst();
        if (known.isPresent() && known.get().getReadOnly() != isReadOnly) {
            throw new IllegalArgumentException(
                    "volume %s is attached to this host %s; detach it first"
                            .formatted(found.getName(), isReadOnly ? "for writing" : "read-only"));
        }
        return known;
    }

    private Attachment attach(XsanClient client, Volume found, String host) {
        AttachRequest request =
                AttachRequest.newBuilder()
                        .setVolume(VolumeRef.newBuilder().setId(found.getId()))
                        .setHost(host)
                        .setReadOnly(isReadOnly)
                        .build();
        return client.call(s -> s.attach(request));
    }

    private Device device(XsanClient client, Volume found, Attachment attachment, boolean isNew)
            throws IOException {
        AttachDeviceRequest request =
                AttachDeviceRequest.newBuilder()
                        .setVolumeId(found.getId())
                        .setAttachmentId(attachment.getId())
                        .setName(found.getName())
                        .setMode(mode)
                        .build();
        try {
            return agent.call(socket, s -> s.attachDevice(request));
        } catch (ApiException e) {
            if (isNew) {
                DetachRequest undo =
                        DetachRequest.newBuilder()
                                .setVolume(VolumeRef.newBuilder().setId(found.getId()))
                                .setAttachmentId(attachment.getId())
                                .build();
                var _ = client.call(s -> s.detach(undo));
            }
            throw e;
        }
    }
}
