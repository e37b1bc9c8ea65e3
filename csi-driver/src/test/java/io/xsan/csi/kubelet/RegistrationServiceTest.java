package io.xsan.csi.kubelet;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.xsan.csi.kubelet.v1.InfoRequest;
import io.xsan.csi.kubelet.v1.PluginInfo;
import io.xsan.csi.kubelet.v1.RegistrationGrpc;
import io.xsan.csi.kubelet.v1.RegistrationStatus;
import io.xsan.csi.kubelet.v1.RegistrationStatusResponse;
import io.xsan.csi.rpc.UnixServer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The kubelet's questions over its socket. */
class RegistrationServiceTest {
    @TempDir private Path directory;

    @Test
    void kubeletLearnsNameAndSocketOfTheDriver() throws IOException {
        Path socket = directory.resolve("reg.sock");
        Path driver = Path.of("/var/lib/kubelet/plugins/csi.xsan.io/csi.sock");
        RegistrationService service = new RegistrationService("csi.xsan.io", driver);
        ManagedChannel channel =
                Grpc.newChannelBuilder("unix://" + socket, InsecureChannelCredentials.create())
                        .build();
        try (UnixServer _ = new UnixServer(socket, List.of(service))) {
            RegistrationGrpc.RegistrationBlockingStub kubelet =
                    RegistrationGrpc.newBlockingStub(channel);

            PluginInfo info = kubelet.getInfo(InfoRequest.getDefaultInstance());

            assertThat(info.getType()).isEqualTo("CSIPlugin");
            assertThat(info.getName()).isEqualTo("csi.xsan.io");
            assertThat(info.getEndpoint()).isEqualTo(driver.toString());
            assertThat(info.getSupportedVersionsList()).containsExactly("1.0.0");
            assertThat(
                            kubelet.notifyRegistrationStatus(
                                    RegistrationStatus.newBuilder()
                                            .setError("node info failed")
                                            .build()))
                    .isEqualTo(RegistrationStatusResponse.getDefaultInstance());
        } finally {
            channel.shutdownNow();
        }
    }
}
