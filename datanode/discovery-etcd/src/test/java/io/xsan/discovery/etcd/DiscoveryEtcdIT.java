package io.xsan.discovery.etcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The program against a real etcd, which the distribution's package etcd-server brings. */
class DiscoveryEtcdIT {
    private static final long WAIT_SECONDS = 90;

    @TempDir Path directory;
    private final String cluster = UUID.randomUUID().toString();
    private final List<DiscoveryEtcd> programs = new ArrayList<>();
    private final List<Thread> threads = new ArrayList<>();
    private @Nullable Process etcd;
    private int clientPort;
    private int peerPort;

    private static Optional<Path> binary() {
        return Stream.of("/usr/bin/etcd", "/usr/local/bin/etcd")
                .map(Path::of)
                .filter(Files::isExecutable)
                .findFirst();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    @BeforeEach
    void start() throws Exception {
        assumeTrue(binary().isPresent(), "etcd is not installed (package etcd-server)");
        clientPort = freePort();
        peerPort = freePort();
        startEtcd();
    }

    private void startEtcd() throws IOException {
        String peer = "http://127.0.0.1:" + peerPort;
        String client = "http://127.0.0.1:" + clientPort;
        etcd =
                new ProcessBuilder(
                                binary().orElseThrow().toString(),
                                "--name=one",
                                "--data-dir=" + directory.resolve("etcd"),
                                "--listen-peer-urls=" + peer,
                                "--initial-advertise-peer-urls=" + peer,
                                "--initial-cluster=one=" + peer,
                                "--listen-client-urls=" + client,
                                "--advertise-client-urls=" + client)
                        .redirectErrorStream(true)
                        .redirectOutput(directory.resolve("etcd.log").toFile())
                        .start();
    }

    private void killEtcd() throws InterruptedException {
        if (etcd != null) {
            etcd.destroyForcibly();
            etcd.waitFor();
        }
    }

    @AfterEach
    void end() throws Exception {
        programs.forEach(DiscoveryEtcd::stop);
        for (Thread thread : threads) {
            thread.interrupt();
            thread.join(TimeUnit.SECONDS.toMillis(WAIT_SECONDS));
        }
        killEtcd();
    }

    private Path list(int node) {
        return directory.resolve("list-" + node);
    }

    private String[] arguments(String of, int node, String... more) {
        List<String> all =
                new ArrayList<>(
                        List.of(
                                // The first one answers nothing.
                                "--endpoints=127.0.0.1:1,127.0.0.1:" + clientPort,
                                "--cluster=" + of,
                                "--list=" + list(node),
                                "--ttl=4",
                                "--interval=300"));
        all.addAll(List.of(more));
        return all.toArray(new String[0]);
    }

    private int run(String of, int node, String... more) {
        DiscoveryEtcd program = new DiscoveryEtcd();
        programs.add(program);
        threads.add(
                Thread.ofPlatform()
                        .start(() -> new CommandLine(program).execute(arguments(of, node, more))));
        return programs.size() - 1;
    }

    private void await(String what, BooleanSupplier condition) throws InterruptedException {
        long deadlineNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(WAIT_SECONDS);
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - deadlineNanos > 0) {
                throw new IllegalStateException("waited for " + what);
            }
            Thread.sleep(50);
        }
    }

    private List<String> read(int node) {
        try {
            return Files.exists(list(node)) ? Files.readAllLines(list(node)) : List.of();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void listsWhoIsRegisteredInTheClusterAndForgetsWhoFallsSilent() throws Exception {
        int first = run(cluster, 1, "--register=1=10.0.0.1:7480");
        run(cluster, 2, "--register=2=[2001:db8::2]:7480");
        run(UUID.randomUUID().toString(), 3, "--register=1=10.9.9.9:7480");
        List<String> both = List.of("10.0.0.1:7480", "[2001:db8::2]:7480");
        await("both in both lists", () -> read(1).equals(both) && read(2).equals(both));
        await("the other cluster's own list", () -> read(3).equals(List.of("10.9.9.9:7480")));

        // Without registering it lists too.
        run(cluster, 4);
        await("a reader's list", () -> read(4).equals(both));

        // A clean stop takes the key away at once, a silent death when the lease has run out.
        programs.get(first).stop();
        await("the first one's end", () -> read(2).equals(both.subList(1, 2)));
        assertThat(read(1)).isEqualTo(both);
    }

    @Test
    void datanodeWhoseProgramDiesGoesFromTheListWithItsLease() throws Exception {
        try (EtcdClient client =
                new EtcdClient(List.of("127.0.0.1:" + clientPort), Optional.empty())) {
            Registration dying =
                    new Registration(
                            client, "/xsan/" + cluster + "/datanodes/7", "10.0.0.7:7480", 2);
            await(
                    "etcd",
                    () -> {
                        try {
                            dying.renew();
                            return true;
                        } catch (io.grpc.StatusRuntimeException e) {
                            return false;
                        }
                    });
            run(cluster, 1, "--register=1=10.0.0.1:7480");
            await("both", () -> read(1).size() == 2);
            await("one", () -> read(1).equals(List.of("10.0.0.1:7480")));
            dying.renew();
            await("its return under a new lease", () -> read(1).size() == 2);
        }
    }

    @Test
    void listStaysWhileEtcdIsDeadAndGoesOnWhenItIsBack() throws Exception {
        run(cluster, 1, "--register=1=10.0.0.1:7480");
        await("its list", () -> read(1).size() == 1);
        killEtcd();
        Thread.sleep(1_500);
        assertThat(read(1)).containsExactly("10.0.0.1:7480");
        startEtcd();
        run(cluster, 2, "--register=2=10.0.0.2:7480");
        await("both again", () -> read(1).size() == 2 && read(2).size() == 2);
    }

    @Test
    void argumentsOutOfRangeAreNamed() {
        refused("--register is '7', allowed is NODE=HOST:PORT", "--register=7");
        refused("--interval is 50, allowed is 100 to half of --ttl", "--interval=50");
        refused("only those of this host are allowed", "--endpoints=192.0.2.1:2379");
    }

    private void refused(String message, String... more) {
        StringWriter errors = new StringWriter();
        int code =
                new CommandLine(new DiscoveryEtcd())
                        .setErr(new PrintWriter(errors))
                        .setOverwrittenOptionsAllowed(true)
                        .execute(arguments(cluster, 1, more));
        assertThat(code).isEqualTo(2);
        assertThat(errors.toString()).contains(message);
    }
}
