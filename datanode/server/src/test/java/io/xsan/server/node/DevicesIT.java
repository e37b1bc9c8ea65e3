package io.xsan.server.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.xsan.protocol.v1.Component;
import io.xsan.protocol.v1.CreateVolumeRequest;
import io.xsan.protocol.v1.ExportVolumeRequest;
import io.xsan.protocol.v1.Node;
import io.xsan.protocol.v1.Policy;
import io.xsan.protocol.v1.StorageDevice;
import io.xsan.protocol.v1.Volume;
import io.xsan.protocol.v1.VolumeRef;
import io.xsan.server.cli.ClientFile;
import io.xsan.server.cli.XsanCommand;
import io.xsan.server.config.DatanodeConfig;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Datanodes with two devices each, one of which fails, is not there, or comes back. */
class DevicesIT {
    private static final int VOLUMES = 4;
    private static final int NODES = 3;
    private static final int VICTIM = 3;

    @TempDir Path directory;

    private final List<LoadedVolume> loads = new ArrayList<>();

    private static DatanodeConfig configure(TestCluster cluster, int node) throws IOException {
        return cluster.configure(
                node,
                json -> {
                    ArrayNode devices = ((ObjectNode) json.required("storage")).putArray("devices");
                    devices.addObject().put("path", "disk").put("size", "512MiB");
                    devices.addObject()
                            .put("path", "second")
                            .put("size", "512MiB")
                            .put("placement", "thread");
                });
    }

    private static void startOne(TestCluster cluster, int node) {
        try {
            cluster.start(configure(cluster, node));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private void start(TestCluster cluster) throws Exception {
        List<Thread> starting = new ArrayList<>();
        for (int node = 1; node <= NODES; node++) {
            int number = node;
            starting.add(Thread.ofPlatform().start(() -> startOne(cluster, number)));
        }
        for (Thread thread : starting) {
            thread.join();
        }
        TestCluster.await(
                "all nodes",
                () -> {
                    try {
                        return cluster.status(1).getNodesCount() == NODES;
                    } catch (IOException e) {
                        throw new IllegalStateException(e);
                    }
                });
        for (int i = 0; i < VOLUMES; i++) {
            CreateVolumeRequest request =
                    CreateVolumeRequest.newBuilder()
                            .setName("v" + i)
                            .setSizeBytes(LoadedVolume.BYTES)
                            .setOwner(1)
                            .setPolicy(Policy.newBuilder().setReplicas(3))
                            .build();
            cluster.admin(1).call(s -> s.createVolume(request));
            VolumeRef named = VolumeRef.newBuilder().setName("v" + i).build();
            cluster.admin(1)
                    .call(s ->
                            s.exportVolume(
                                    ExportVolumeRequest.newBuilder().setVolume(named).build()));
            loads.add(new LoadedVolume(cluster, "v" + i));
            loads.getLast().write(200);
        }
        awaitHealthy(cluster);
    }

    private void verify() throws Exception {
        for (LoadedVolume load : loads) {
            load.verify();
        }
    }

    private static List<Volume> volumes(TestCluster cluster) {
        try {
            return cluster.status(1).getVolumesList();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void awaitHealthy(TestCluster cluster) throws InterruptedException {
        TestCluster.await("all in sync", () -> isHealthy(cluster));
    }

    private static boolean isHealthy(TestCluster cluster) {
        return volumes(cluster).stream()
                .flatMap(volume -> volume.getComponentsList().stream())
                .allMatch(component -> component.getState().equals("IN_SYNC"));
    }

    private static StorageDevice device(TestCluster cluster, int node, int index) {
        try {
            Node shown =
                    cluster.status(1).getNodesList().stream()
                            .filter(each -> each.getId() == node)
                            .findFirst()
                            .orElseThrow();
            return shown.getReachable()
                    ? shown.getStatus().getDevices(index)
                    : StorageDevice.getDefaultInstance();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Generations of the victim's components, by the name of their volume. */
    private static Map<String, Long> generations(TestCluster cluster) {
        Map<String, Long> generations = new TreeMap<>();
        for (Volume volume : volumes(cluster)) {
            volume.getComponentsList().stream()
                    .filter(component -> component.getNode() == VICTIM)
                    .map(Component::getGeneration)
                    .forEach(generation -> generations.put(volume.getName(), generation));
        }
        return generations;
    }

    private String list(TestCluster cluster) throws IOException {
        Path client = directory.resolve(ClientFile.NAME);
        Files.writeString(
                client,
                """
                {"endpoints": ["%s:%d"], "authority": "ca.crt", "certificate": "admin.crt",
                 "key": "admin.key"}
                """
                        .formatted(
                                cluster.host(1), cluster.port + DatanodeConfig.Port.API.offset()));
        ByteArrayOutputStream shown = new ByteArrayOutputStream();
        PrintStream before = System.out;
        System.setOut(new PrintStream(shown, true, StandardCharsets.UTF_8));
        try {
            String[] arguments = {"--cluster", directory.toString(), "device", "list"};
            assertThat(XsanCommand.run(List.of(), arguments)).isZero();
        } finally {
            System.setOut(before);
        }
        return shown.toString(StandardCharsets.UTF_8);
    }

    @Test
    void failedDeviceLosesOnlyItsOwnComponentsWhichAreMadeAgainOnTheOther() throws Exception {
        try (TestCluster cluster = new TestCluster(directory, NODES)) {
            start(cluster);
            assertThat(device(cluster, VICTIM, 0).getComponents()).isEqualTo(VOLUMES / 2);
            assertThat(device(cluster, VICTIM, 1).getComponents()).isEqualTo(VOLUMES / 2);
            Map<String, Long> before = generations(cluster);
            breakFiles(cluster.nodeDirectory(VICTIM).resolve("second"));
            // The device is noticed by the volumes that write: v3, which is on it as well, does
            // not.
            for (int i = 0; i < VOLUMES - 1; i++) {
                loads.get(i).write(100);
            }
            TestCluster.await(
                    "given up",
                    () -> {
                        Map<String, Long> now = generations(cluster);
                        return now.entrySet().stream().filter(before.entrySet()::contains).count()
                                == VOLUMES / 2;
                    });
            awaitHealthy(cluster);
            assertThat(generations(cluster)).containsEntry("v0", before.get("v0"));
            assertThat(generations(cluster)).containsEntry("v2", before.get("v2"));
            assertThat(device(cluster, VICTIM, 1).getState()).isEqualTo("FAILED");
            assertThat(device(cluster, VICTIM, 0).getComponents()).isEqualTo(VOLUMES);
            assertThat(list(cluster)).contains("FAILED", "is not used: it failed a write");
            verify();
            // It works again, with what it had, which is not needed any more.
            cluster.stop(VICTIM);
            startOne(cluster, VICTIM);
            TestCluster.await(
                    "old components are dropped",
                    () ->
                            device(cluster, VICTIM, 1).getState().equals("GOOD")
                                    && device(cluster, VICTIM, 1).getComponents() == 0);
            awaitHealthy(cluster);
            verify();
        }
    }

    @Test
    void deviceThatIsNotThereIsNotFormattedAndItsComponentsAreMadeAgain() throws Exception {
        try (TestCluster cluster = new TestCluster(directory, NODES)) {
            start(cluster);
            Path device = cluster.nodeDirectory(VICTIM).resolve("second");
            Path away = cluster.nodeDirectory(VICTIM).resolve("away");
            cluster.stop(VICTIM);
            loads.get(1).write(50);
            Files.move(device, away);
            startOne(cluster, VICTIM);
            TestCluster.await(
                    "all on the other device",
                    () ->
                            device(cluster, VICTIM, 0).getComponents() == VOLUMES
                                    && isHealthy(cluster));
            assertThat(device).doesNotExist();
            assertThat(device(cluster, VICTIM, 1).getState()).isEqualTo("MISSING");
            // A mount that is missing leaves an empty directory: nothing is put there either.
            cluster.stop(VICTIM);
            Files.createDirectories(device);
            loads.get(3).write(50);
            startOne(cluster, VICTIM);
            awaitHealthy(cluster);
            assertThat(device).isEmptyDirectory();
            verify();
            cluster.stop(VICTIM);
            Files.delete(device);
            Files.move(away, device);
            loads.get(1).write(50);
            startOne(cluster, VICTIM);
            TestCluster.await(
                    "old components are dropped",
                    () ->
                            device(cluster, VICTIM, 1).getState().equals("GOOD")
                                    && device(cluster, VICTIM, 1).getComponents() == 0
                                    && isHealthy(cluster));
            verify();
        }
    }

    /** From now on nothing can be written to the open files of a directory. */
    @SuppressWarnings("restricted")
    private static void breakFiles(Path device) throws Exception {
        Linker linker = Linker.nativeLinker();
        MethodHandle open =
                linker.downcallHandle(
                        linker.defaultLookup().findOrThrow("open"),
                        FunctionDescriptor.of(
                                ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT));
        MethodHandle dup2 =
                linker.downcallHandle(
                        linker.defaultLookup().findOrThrow("dup2"),
                        FunctionDescriptor.of(
                                ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
        int broken = 0;
        try (Arena arena = Arena.ofConfined();
                Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
            int other;
            try {
                other = (int) open.invokeExact(arena.allocateFrom("/dev/null"), 0);
                for (Path descriptor : descriptors.toList()) {
                    boolean isOurs =
                            Files.isSymbolicLink(descriptor)
                                    && Files.readSymbolicLink(descriptor)
                                            .startsWith(device.toRealPath())
                                    && Files.readSymbolicLink(descriptor)
                                            .getFileName()
                                            .toString()
                                            .startsWith("data-");
                    if (isOurs) {
                        int number = Integer.parseInt(descriptor.getFileName().toString());
                        broken += (int) dup2.invokeExact(other, number) == number ? 1 : 0;
                    }
                }
            } catch (Throwable e) {
                throw new IllegalStateException(e);
            }
        }
        assertThat(broken).as("files of " + device).isPositive();
    }
}
