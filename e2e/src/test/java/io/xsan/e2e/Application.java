package io.xsan.e2e;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.readiness.Readiness;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A pod that uses a claim, and the claim: what a user has. */
final class Application {
    static final String NAMESPACE = "apps";
    private static final Duration START = Duration.ofMinutes(3);
    private static final Duration COMMAND = Duration.ofMinutes(3);

    /** Writes files again and again past every cache, and reads each back at once. */
    private static final String LOAD =
            """
            rm -f /tmp/stop /tmp/ended /tmp/done /tmp/errors; echo 0 > /tmp/slowest
            ( i=0
              while [ ! -e /tmp/stop ]; do
                head -c 1048576 /dev/urandom > /tmp/block; t=$(date +%s%3N)
                dd if=/tmp/block of=/data/load-$((i % 8)) bs=256k oflag=direct conv=fsync 2> /tmp/dd || echo "write $i: $(cat /tmp/dd)" >> /tmp/errors
                dd if=/data/load-$((i % 8)) bs=256k iflag=direct 2> /tmp/dd | cmp - /tmp/block >> /tmp/errors 2>&1 || echo "read $i: $(cat /tmp/dd)" >> /tmp/errors
                t=$(($(date +%s%3N) - t)); [ $t -le "$(cat /tmp/slowest)" ] || echo $t > /tmp/slowest
                i=$((i + 1)); echo $i > /tmp/done
              done
              touch /tmp/ended ) > /dev/null 2>&1 &
            """;

    private final Kubernetes cluster;
    private final String name;
    private final String volumeMode;

    private Application(Kubernetes cluster, String name, String volumeMode) {
        this.cluster = cluster;
        this.name = name;
        this.volumeMode = volumeMode;
    }

    /** Claims a volume that is mounted on {@code /data}. */
    static Application claim(Kubernetes cluster, String name, String storageClass, String size) {
        Application made = new Application(cluster, name, "Filesystem");
        made.claim(storageClass, size, "ReadWriteOnce");
        return made;
    }

    /** Claims a volume that is the block device {@code /dev/data}. */
    static Application claimBlock(Kubernetes cluster, String name, String size) {
        Application made = new Application(cluster, name, "Block");
        made.claim("xsan", size, "ReadWriteOnce");
        return made;
    }

    /** Claims a volume that one pod at a time may use. */
    static Application claimForOnePod(Kubernetes cluster, String name, String size) {
        Application made = new Application(cluster, name, "Filesystem");
        made.claim("xsan", size, "ReadWriteOncePod");
        return made;
    }

    private void claim(String storageClass, String size, String accessMode) {
        cluster.apply(
                """
                apiVersion: v1
                kind: Namespace
                metadata: {name: %s}
                ---
                apiVersion: v1
                kind: PersistentVolumeClaim
                metadata: {name: %s, namespace: %s}
                spec:
                  storageClassName: %s
                  accessModes: [%s]
                  volumeMode: %s
                  resources: {requests: {storage: %s}}
                """
                        .formatted(
                                NAMESPACE,
                                name,
                                NAMESPACE,
                                storageClass,
                                accessMode,
                                volumeMode,
                                size));
    }

    /** Starts the pod on a node, and returns when it runs with its volume. */
    void start(String node) {
        create(name, node);
        Kubernetes.awaitTrue(
                "pod " + name + " ready on " + node,
                START,
                () -> {
                    Pod pod = pod(name);
                    return pod != null && Readiness.isPodReady(pod);
                });
    }

    /** Creates a pod of any name that uses the claim; {@code node} empty: wherever. */
    void create(String pod, String node) {
        String where = node.isEmpty() ? "" : "nodeSelector: {kubernetes.io/hostname: " + node + "}";
        String volume =
                volumeMode.equals("Block")
                        ? "volumeDevices: [{name: data, devicePath: /dev/data}]"
                        : "volumeMounts: [{name: data, mountPath: /data}]";
        cluster.apply(
                """
                apiVersion: v1
                kind: Pod
                metadata: {name: %s, namespace: %s}
                spec:
                  terminationGracePeriodSeconds: 1
                  automountServiceAccountToken: false
                  %s
                  containers:
                    - name: app
                      image: %s
                      command: [sh, -c, "trap exit TERM; while :; do sleep 1; done"]
                      %s
                  volumes: [{name: data, persistentVolumeClaim: {claimName: %s}}]
                """
                        .formatted(
                                pod, NAMESPACE, where, Installation.DATANODE_IMAGE, volume, name));
    }

    @Nullable Pod pod(String named) {
        return cluster.client().pods().inNamespace(NAMESPACE).withName(named).get();
    }

    /** Deletes the pod, and returns when it is gone. The claim stays. */
    void stop() {
        stop(name);
    }

    void stop(String pod) {
        cluster.client().pods().inNamespace(NAMESPACE).withName(pod).delete();
        Kubernetes.awaitTrue("pod " + pod + " gone", START, () -> pod(pod) == null);
    }

    /** Runs a command that has to succeed, and answers its output. */
    String run(String command) {
        Kubernetes.Outcome outcome = cluster.exec(NAMESPACE, name, COMMAND, command);
        if (outcome.exitCode() != 0) {
            throw new AssertionError(name + ": " + command + ": " + outcome.output());
        }
        return outcome.output();
    }

    /** Makes files, and returns when they are on disk. */
    void writeFiles() {
        run(
                "cd /data && for i in 1 2 3 4; do head -c 8000000 /dev/urandom | tee file$i | sha256sum; done > sums"
                        + " && sync -f /data");
    }

    /** Reads the files past the page cache; they have to be what was written. */
    void checkFiles() {
        run(
                "cd /data && for i in 1 2 3 4; do dd if=file$i bs=1M iflag=direct 2> /tmp/dd | sha256sum; done"
                        + " | cmp - sums");
    }

    void startLoad() {
        run(LOAD);
    }

    /** How many blocks the load has written and read back. */
    int loadDone() {
        String text = run("cat /tmp/done 2> /dev/null || echo 0");
        return text.isEmpty() ? 0 : Integer.parseInt(text);
    }

    /** Waits until the load has got {@code more} blocks further. */
    void awaitLoad(int more) {
        int now = loadDone();
        Kubernetes.awaitTrue(
                "load of " + name + " goes on after " + now,
                COMMAND,
                () -> loadDone() >= now + more);
    }

    /** How long the slowest block took to be written and read since the last call. */
    Duration slowest() {
        return Duration.ofMillis(Long.parseLong(run("cat /tmp/slowest; echo 0 > /tmp/slowest")));
    }

    /** Ends the load, and answers its errors: nothing if there were none. */
    String stopLoad() {
        run("touch /tmp/stop");
        Kubernetes.awaitTrue(
                "end of the load of " + name, COMMAND, () -> run("ls /tmp").contains("ended"));
        return run("cat /tmp/errors 2> /dev/null || true");
    }

    /** The volume's name, once the claim is bound. */
    String volume() {
        return Kubernetes.await(
                "claim " + name + " bound",
                START,
                () -> {
                    var claim =
                            cluster.client()
                                    .persistentVolumeClaims()
                                    .inNamespace(NAMESPACE)
                                    .withName(name)
                                    .get();
                    return "Bound".equals(claim.getStatus().getPhase())
                            ? claim.getSpec().getVolumeName()
                            : null;
                });
    }

    /** Asks for a larger volume. */
    void grow(String size) {
        cluster.client()
                .persistentVolumeClaims()
                .inNamespace(NAMESPACE)
                .withName(name)
                .edit(claim -> {
                    claim.getSpec()
                            .getResources()
                            .getRequests()
                            .put("storage", new io.fabric8.kubernetes.api.model.Quantity(size));
                    return claim;
                });
    }

    /** Deletes the claim, and returns when its volume is gone from Kubernetes. */
    void deleteClaim() {
        String volume = volume();
        cluster.client().persistentVolumeClaims().inNamespace(NAMESPACE).withName(name).delete();
        Kubernetes.awaitTrue(
                "volume " + volume + " gone",
                START,
                () -> cluster.client().persistentVolumes().withName(volume).get() == null);
    }
}
