package io.xsan.server.cli;

import io.xsan.protocol.client.XsanClient;
import io.xsan.protocol.v1.AgentInfo;
import io.xsan.protocol.v1.Attachment;
import io.xsan.protocol.v1.DetachDeviceRequest;
import io.xsan.protocol.v1.DetachDeviceResponse;
import io.xsan.protocol.v1.DetachRequest;
import io.xsan.protocol.v1.GetAgentRequest;
import io.xsan.protocol.v1.Volume;
import io.xsan.protocol.v1.VolumeRef;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code xsan detach}: the device first, then the attachment in the metadata. */
@Command(
        name = "detach",
        description = "Ends the block device of a volume, and its attachment to this host.")
final class DetachCommand implements Callable<Integer> {
    private static final int MILLIS_PER_SECOND = 1_000;
    private static final int SECONDS_MAX = 60;

    private final HostAgent agent;

    @SuppressWarnings("FieldCanBeFinal") // set by picocli
    @Parameters(paramLabel = "VOLUME")
    private String volume = "";

    @Option(names = "--force", description = "Mounted or not: all its I/O fails at once.")
    private boolean isForced;

    @Option(
            names = "--timeout",
            paramLabel = "SECONDS",
            description = "How long to wait for I/O under way, before it fails. 1 to 60.")
    private int timeoutSeconds = 30;

    @Option(names = "--agent", paramLabel = "SOCKET", description = "The agent's control socket.")
    private @Nullable Path socket;

    DetachCommand(HostAgent agent) {
        this.agent = agent;
    }

    @Override
    public Integer call() throws IOException {
        if (timeoutSeconds < 1 || timeoutSeconds > SECONDS_MAX) {
            throw new IllegalArgumentException(
                    "option --timeout: " + timeoutSeconds + ", allowed is 1 to " + SECONDS_MAX);
        }
        AgentInfo host = agent.call(socket, s -> s.getAgent(GetAgentRequest.getDefaultInstance()));
        try (XsanClient client = agent.cluster().connect()) {
            Volume found = client.call(s -> s.getVolume(Cluster.volume(volume)));
            DetachDeviceRequest request =
                    DetachDeviceRequest.newBuilder()
                            .setVolumeId(found.getId())
                            .setForce(isForced)
                            .setTimeoutMs(timeoutSeconds * MILLIS_PER_SECOND)
                            .build();
            DetachDeviceResponse ended = agent.call(socket, s -> s.detachDevice(request));
            for (Attachment each : found.getAttachmentsList()) {
                boolean isHere = !each.getManual() && each.getHost().equals(host.getHost());
                if (isHere || each.getId() == ended.getAttachmentId()) {
                    detach(client, found, each.getId());
                }
            }
        }
        return 0;
    }

    private static void detach(XsanClient client, Volume found, long attachment) {
        DetachRequest request =
                DetachRequest.newBuilder()
                        .setVolume(VolumeRef.newBuilder().setId(found.getId()))
                        .setAttachmentId(attachment)
                        .build();
        var _ = client.call(s -> s.detach(request));
    }
}
