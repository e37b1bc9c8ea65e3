package io.xsan.csi;

import io.xsan.csi.controller.Cluster;
import io.xsan.csi.controller.ControllerService;
import io.xsan.csi.controller.Hosts;
import io.xsan.csi.identity.IdentityService;
import io.xsan.csi.node.LoopDevices;
import io.xsan.csi.node.NodeService;
import io.xsan.csi.rpc.UnixServer;
import io.xsan.protocol.client.XsanClient;
import io.xsan.protocol.v1.VolumeRef;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/**
 * The whole driver in one process, as csi-sanity wants it: the controller towards real datanodes,
 * the node with loop devices of the volumes' sizes. The arguments are those of the controller; the
 * directory of the socket also holds the devices' files.
 */
public final class SanityDriver {
    private SanityDriver() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
        Options options = Options.parse(arguments);
        Set<String> hosts = options.hosts();
        Path files =
                Files.createDirectories(
                        options.endpoint().toAbsolutePath().resolveSibling("volumes"));
        try (XsanClient client = new XsanClient(options.cluster(), 15_000);
                UnixServer server =
                        new UnixServer(
                                options.endpoint(),
                                List.of(
                                        new IdentityService("sanity", () -> true),
                                        new ControllerService(
                                                new Cluster(client::call), Hosts.of(hosts)),
                                        new NodeService(
                                                hosts.iterator().next(),
                                                new LoopDevices(
                                                        files, id -> sizeBytes(client, id)))))) {
            Runtime.getRuntime().addShutdownHook(new Thread(server::close));
            server.await();
        }
    }

    private static long sizeBytes(XsanClient client, String id) {
        return client.call(stub -> stub.getVolume(VolumeRef.newBuilder().setId(id).build()))
                .getSizeBytes();
    }
}
