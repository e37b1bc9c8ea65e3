package io.xsan.csi;

import io.grpc.BindableService;
import io.xsan.csi.agent.AgentDevices;
import io.xsan.csi.controller.Cluster;
import io.xsan.csi.controller.ControllerService;
import io.xsan.csi.controller.Hosts;
import io.xsan.csi.controller.KubernetesHosts;
import io.xsan.csi.identity.IdentityService;
import io.xsan.csi.kubelet.HealthServer;
import io.xsan.csi.kubelet.RegistrationService;
import io.xsan.csi.node.NodeService;
import io.xsan.csi.rpc.UnixServer;
import io.xsan.protocol.client.AgentClient;
import io.xsan.protocol.client.ApiException;
import io.xsan.protocol.client.XsanClient;
import io.xsan.protocol.v1.GetClusterStatusRequest;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;

/** The program: reads its command line, wires the services of its mode and serves them. */
public final class Main {
    private static final int USAGE_ERROR = 2;
    private static final int FAILURE = 1;
    private static final long TIMEOUT_MILLIS = 15_000;

    /** An agent waits for the owner of a volume, and for I/O to end, 30 s each. */
    private static final long AGENT_TIMEOUT_MILLIS = 90_000;

    private static final long LOOK_MILLIS = 1_000;

    private Main() {}

    /** Ends with 2 for a wrong command line, with 1 if it cannot serve. */
    public static void main(String[] arguments) throws InterruptedException {
        try {
            Options options = Options.parse(arguments);
            switch (options.mode()) {
                case CONTROLLER -> serveController(options);
                case NODE -> serveNode(options);
            }
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
        try (XsanClient client = new XsanClient(options.cluster(), TIMEOUT_MILLIS)) {
            serve(
                    options,
                    () -> isReached(client),
                    new ControllerService(new Cluster(client::call), hosts));
        }
    }

    private static void serveNode(Options options) throws IOException, InterruptedException {
        String host = options.host();
        try (AgentClient agent = new AgentClient(options.agent(), AGENT_TIMEOUT_MILLIS)) {
            AgentDevices devices = new AgentDevices(agent, options.maxVolumes());
            serve(options, devices::isReached, new NodeService(host, devices));
        }
    }

    private static void serve(Options options, BooleanSupplier ready, BindableService service)
            throws IOException, InterruptedException {
        IdentityService identity = new IdentityService(version(), ready);
        try (UnixServer server = new UnixServer(options.endpoint(), List.of(identity, service))) {
            Runtime.getRuntime().addShutdownHook(new Thread(server::close));
            System.out.println(
                    "csi-driver: serving " + options.mode() + " on " + options.endpoint());
            if (options.healthPort() == 0) {
                registerAndAwait(options, ready, server);
                return;
            }
            try (HealthServer _ = new HealthServer(options.healthPort(), ready)) {
                registerAndAwait(options, ready, server);
            }
        }
    }

    private static void registerAndAwait(Options options, BooleanSupplier ready, UnixServer server)
            throws IOException, InterruptedException {
        if (!options.isRegistered()) {
            server.await();
            return;
        }
        // The kubelet asks for the host's limits at once, and the agent knows them.
        while (!ready.getAsBoolean()) {
            Thread.sleep(LOOK_MILLIS);
        }
        RegistrationService registration =
                new RegistrationService(IdentityService.NAME, options.hostEndpoint());
        try (UnixServer _ = new UnixServer(options.registration(), List.of(registration))) {
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
