package io.xsan.discovery.etcd;

import io.grpc.StatusRuntimeException;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code xsan-discovery-etcd}: keeps the list of a cluster's datanodes until it is stopped. */
@Command(
        name = "xsan-discovery-etcd",
        mixinStandardHelpOptions = true,
        description =
                "Registers a datanode in etcd, and keeps the list of those that are registered in"
                        + " a file that datanodes with discovery mode 'etcd' read. Runs until it is"
                        + " stopped.")
public final class DiscoveryEtcd implements Callable<Integer> {
    private static final long REGISTRATION_SECONDS_MIN = 2;

    @Spec private @Nullable CommandSpec spec;

    @Option(
            names = "--endpoints",
            required = true,
            split = ",",
            paramLabel = "HOST:PORT",
            description = "etcd's client addresses.")
    private List<String> endpoints = List.of();

    @Option(
            names = "--cluster",
            required = true,
            paramLabel = "ID",
            description = "The cluster's id; keys are /xsan/ID/datanodes/NODE.")
    private String cluster = "";

    @Option(
            names = "--list",
            required = true,
            paramLabel = "FILE",
            description = "The list to keep: discovery.file of datanodes.")
    private @Nullable Path list;

    @Option(
            names = "--register",
            paramLabel = "NODE=HOST:PORT",
            description = "Number of a datanode to register, and its bind_ip and bind_port.")
    private String register = "";

    @Option(
            names = "--ttl",
            defaultValue = "15",
            paramLabel = "SECONDS",
            description = "After so long without this program the datanode is no longer listed.")
    private long ttlSeconds;

    @Option(
            names = "--interval",
            defaultValue = "2000",
            paramLabel = "MS",
            description = "Between two looks at etcd.")
    private long intervalMillis;

    @ArgGroup(exclusive = false)
    private @Nullable Files files;

    private final CountDownLatch end = new CountDownLatch(1);
    private final CountDownLatch ended = new CountDownLatch(1);

    /** PEM files for TLS to etcd. */
    private static final class Files {
        @Option(names = "--authority", required = true, description = "PEM: etcd's authority.")
        private File authority = new File("");

        @Option(names = "--certificate", required = true, description = "PEM: to show to etcd.")
        private File certificate = new File("");

        @Option(names = "--key", required = true, description = "PEM: of the certificate.")
        private File key = new File("");
    }

    /** Runs the program. */
    public static void main(String[] arguments) {
        DiscoveryEtcd program = new DiscoveryEtcd();
        Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(program::stopAndWait));
        System.exit(new CommandLine(program).execute(arguments));
    }

    /** Lets {@link #call} return. Any thread. */
    void stop() {
        end.countDown();
    }

    private void stopAndWait() {
        stop();
        try {
            boolean _ = ended.await(5, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        check();
        Optional<EtcdClient.Tls> tls =
                Optional.ofNullable(files)
                        .map(f -> new EtcdClient.Tls(f.authority, f.certificate, f.key));
        try (EtcdClient etcd = new EtcdClient(endpoints, tls)) {
            String prefix = "/xsan/" + cluster + "/datanodes/";
            MemberList members = new MemberList(list == null ? Path.of("") : list);
            Optional<Registration> own = registration(etcd, prefix);
            do {
                look(etcd, prefix, own, members);
            } while (!end.await(intervalMillis, TimeUnit.MILLISECONDS));
            own.ifPresent(DiscoveryEtcd::end);
        } finally {
            ended.countDown();
        }
        return 0;
    }

    private Optional<Registration> registration(EtcdClient etcd, String prefix) {
        if (register.isEmpty()) {
            return Optional.empty();
        }
        String[] parts = register.split("=", 2);
        return Optional.of(new Registration(etcd, prefix + parts[0], parts[1], ttlSeconds));
    }

    private static void look(
            EtcdClient etcd, String prefix, Optional<Registration> own, MemberList members)
            throws IOException {
        try {
            own.ifPresent(Registration::renew);
            if (members.replace(etcd.under(prefix).values())) {
                tell("INFO list-replaced");
            }
        } catch (StatusRuntimeException e) {
            // The list stays as it is: what was found last is better than nothing.
            tell("WARN etcd-not-reached reason=\"" + e.getStatus() + "\"");
        }
    }

    private static void end(Registration own) {
        try {
            own.end();
        } catch (StatusRuntimeException e) {
            tell("WARN not-revoked reason=\"" + e.getStatus() + "\"");
        }
    }

    private static void tell(String event) {
        System.err.println(Instant.now() + " " + event);
    }

    private void check() {
        refuseUnless(
                register.isEmpty() || isRegistration(register),
                "--register is '" + register + "', allowed is NODE=HOST:PORT");
        refuseUnless(
                ttlSeconds >= REGISTRATION_SECONDS_MIN && ttlSeconds <= 86_400,
                "--ttl is " + ttlSeconds + ", allowed is 2 to 86400");
        refuseUnless(
                intervalMillis >= 100 && intervalMillis <= ttlSeconds * 1_000 / 2,
                "--interval is " + intervalMillis + ", allowed is 100 to half of --ttl");
        refuseUnless(
                cluster.matches("[0-9a-f-]{36}"),
                "--cluster is '" + cluster + "', allowed is a UUID");
        refuseUnless(
                files != null || endpoints.stream().allMatch(DiscoveryEtcd::isLocal),
                "--endpoints are "
                        + endpoints
                        + ": without --authority, --certificate and --key only those of this host"
                        + " are allowed");
    }

    private static boolean isRegistration(String text) {
        String[] parts = text.split("=", 2);
        return parts.length == 2
                && parts[0].matches("[0-9]{1,5}")
                && MemberList.isAddress(parts[1]);
    }

    private static boolean isLocal(String endpoint) {
        String host = endpoint.replaceAll(":[0-9]+$", "");
        try {
            return InetAddress.getByName(host).isLoopbackAddress();
        } catch (UnknownHostException e) {
            return false;
        }
    }

    private void refuseUnless(boolean isAllowed, String message) {
        if (!isAllowed && spec != null) {
            throw new ParameterException(spec.commandLine(), message);
        }
    }
}
