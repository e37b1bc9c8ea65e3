package io.xsan.csi;

import io.xsan.csi.controller.Cluster;
import io.xsan.csi.controller.ControllerService;
import io.xsan.csi.controller.Hosts;
import io.xsan.csi.controller.KubernetesHosts;
import io.xsan.csi.identity.IdentityService;
import io.xsan.csi.rpc.UnixServer;
import io.xsan.protocol.client.ApiException;
import io.xsan.protocol.client.XsanClient;
import io.xsan.protocol.v1.GetClusterStatusRequest;
import java.io.IOException;
import java.util.List;
import java.util.Set;

/** The program: reads its command line, wires the services of its mode and serves them. */
public final class Main {
    private static final int USAGE_ERROR = 2;
    private static final int FAILURE = 1;
    private static final long TIMEOUT_MILLIS = 15_000;

    private Main() {}

    /** Ends with 2 for a wrong command line, with 1 if it cannot serve. */
    public static void main(String[] arguments) throws InterruptedException {
        try {
            serveController(Options.parse(arguments));
        } catch (IllegalArgumentException e) {
            System.err.println("csi-driver: " + e.getMessage());
            System.err.print(Options.USAGE);
            System.exit(USAGE_ERROR);
        } catch (IOException e) {
            System.err.println("csi-driver: " + e.getMessage());
            System.exit(FAILURE);
        }
    }

    private static void serveController(Options options) throws IOException, InterruptedException {
        Set<String> named = options.hosts();
        Hosts hosts = named.isEmpty() ? KubernetesHosts.ofThisPod() : Hosts.of(named);
        try (XsanClient client = new XsanClient(options.cluster(), TIMEOUT_MILLIS);
                UnixServer server =
                        new UnixServer(
                                options.endpoint(),
                                List.of(
                                        new IdentityService(version(), () -> isReached(client)),
                                        new ControllerService(new Cluster(client::call), hosts)))) {
            Runtime.getRuntime().addShutdownHook(new Thread(server::close));
            System.out.println(
                    "csi-driver: serving " + options.mode() + " on " + options.endpoint());
            server.await();
        }
    }

    private static boolean isReached(XsanClient client) {
        try {
            client.call(s -> s.getClusterStatus(GetClusterStatusRequest.getDefaultInstance()));
            return true;
        } catch (ApiException e) {
            System.err.println("csi-driver: not ready: " + e.getMessage());
            return false;
        }
    }

    private static String version() {
        String version = Main.class.getPackage().getImplementationVersion();
        return version == null ? "unreleased" : version;
    }
}
