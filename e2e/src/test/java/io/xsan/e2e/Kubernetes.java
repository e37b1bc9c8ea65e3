package io.xsan.e2e;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.dsl.ExecWatch;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** The cluster that the tests run on, by its API and, for faults, by its nodes. */
final class Kubernetes implements AutoCloseable {
    private static final long LOOK_MILLIS = 500;
    private static final String CONTROL_PLANE = "node-role.kubernetes.io/control-plane";

    private final KubernetesClient client;

    private Kubernetes(KubernetesClient client) {
        this.client = client;
    }

    /** The cluster of a kubeconfig file. */
    static Kubernetes of(Path kubeconfig) throws IOException {
        Config config = Config.fromKubeconfig(Files.readString(kubeconfig));
        return new Kubernetes(new KubernetesClientBuilder().withConfig(config).build());
    }

    KubernetesClient client() {
        return client;
    }

    /** How a command in a container or on a node ended. */
    record Outcome(int exitCode, String output) {}

    /** Names of the workers, in order. */
    List<String> workers() {
        return client.nodes().list().getItems().stream()
                .filter(node -> !node.getMetadata().getLabels().containsKey(CONTROL_PLANE))
                .map(node -> node.getMetadata().getName())
                .sorted()
                .toList();
    }

    /** The name of the node that runs the control plane. */
    String controlPlane() {
        return client.nodes()
                .withLabel(CONTROL_PLANE)
                .list()
                .getItems()
                .getFirst()
                .getMetadata()
                .getName();
    }

    /** Gives a node a label; takes it away where {@code value} is null. */
    void label(String node, String key, @Nullable String value) {
        client.nodes()
                .withName(node)
                .edit(each -> {
                    if (value == null) {
                        each.getMetadata().getLabels().remove(key);
                    } else {
                        each.getMetadata().getLabels().put(key, value);
                    }
                    return each;
                });
    }

    /** Applies objects in YAML. */
    List<HasMetadata> apply(String yaml) {
        return client.load(new ByteArrayInputStream(yaml.getBytes(StandardCharsets.UTF_8)))
                .forceConflicts()
                .serverSideApply();
    }

    /** Runs a shell command in a pod's first container. */
    Outcome exec(String namespace, String pod, Duration limit, String command) {
        ByteArrayOutputStream output = new ByteArrayOutputStream();
        try (ExecWatch watch =
                client.pods()
                        .inNamespace(namespace)
                        .withName(pod)
                        .writingOutput(output)
                        .writingError(output)
                        .exec("sh", "-c", command)) {
            Integer code = watch.exitCode().get(limit.toMillis(), TimeUnit.MILLISECONDS);
            return new Outcome(
                    code == null ? -1 : code, output.toString(StandardCharsets.UTF_8).strip());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        } catch (ExecutionException e) {
            throw new IllegalStateException("exec in " + pod + ": " + command, e);
        } catch (TimeoutException e) {
            throw new AssertionError(
                    "'%s' in %s did not end within %s; so far it wrote: %s"
                            .formatted(command, pod, limit, output),
                    e);
        }
    }

    /** Runs a shell command on a node, which is a container of podman's. */
    static Outcome onNode(String node, String command) throws IOException {
        return onHost("podman", "exec", node, "sh", "-c", command);
    }

    /** Runs a program on the machine that all nodes are on. */
    static Outcome onHost(String... command) throws IOException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            return new Outcome(process.waitFor(), output.strip());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }

    /**
     * Waits until {@code question} answers something that is not null, and returns that.
     *
     * @throws AssertionError if that takes longer than {@code limit}; says what was waited for
     */
    static <T> T await(String what, Duration limit, Callable<@Nullable T> question) {
        long end = System.nanoTime() + limit.toNanos();
        @Nullable Exception last = null;
        while (System.nanoTime() < end) {
            try {
                T answer = question.call();
                if (answer != null) {
                    return answer;
                }
                last = null;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            } catch (Exception e) {
                // The API server may be busy; what counts is what holds in the end.
                last = e;
            }
            pause(LOOK_MILLIS);
        }
        throw new AssertionError("waited " + limit + " for: " + what, last);
    }

    /** Waits until a condition holds. */
    static void awaitTrue(String what, Duration limit, Callable<Boolean> condition) {
        await(what, limit, () -> condition.call() ? Boolean.TRUE : null);
    }

    static void pause(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        client.close();
    }
}
