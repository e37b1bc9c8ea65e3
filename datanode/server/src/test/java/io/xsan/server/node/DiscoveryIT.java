package io.xsan.server.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How a datanode that is no member and knows nobody finds the cluster: a member and a follower. */
class DiscoveryIT {
    private static final int FOLLOWER = 2;

    @TempDir Path directory;
    private TestCluster cluster;

    @BeforeEach
    void make() throws IOException {
        cluster = new TestCluster(directory, 1);
    }

    @AfterEach
    void end() {
        cluster.close();
    }

    private static Consumer<ObjectNode> found(String mode, Consumer<ObjectNode> more) {
        return json -> more.accept(json.putObject("discovery").put("mode", mode));
    }

    private void awaitBoth() throws Exception {
        TestCluster.await("both nodes", () -> nodes(1) == 2 && nodes(FOLLOWER) == 2);
    }

    private int nodes(int at) {
        try {
            return cluster.status(at).getNodesCount();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void byDnsWhereOneOfTheAddressesIsOfNobody() throws Exception {
        Path hosts = directory.resolve("hosts");
        Files.writeString(
                hosts,
                cluster.host(9)
                        + " datanodes.test.invalid\n"
                        + cluster.host(1)
                        + " datanodes.test.invalid\n");
        cluster.spawn(1);
        cluster.spawn(
                FOLLOWER,
                found(
                        "dns",
                        d -> d.put("name", "datanodes.test.invalid").put("port", cluster.port)),
                "-Djdk.net.hosts.file=" + hosts);
        awaitBoth();
    }

    @Test
    void byDnsOnceTheNameIsKnown() throws Exception {
        Path hosts = directory.resolve("hosts");
        Files.writeString(hosts, "127.0.0.1 localhost\n");
        cluster.spawn(1);
        cluster.spawn(
                FOLLOWER,
                found("dns", d -> d.put("name", "late.test.invalid").put("port", cluster.port)),
                "-Djdk.net.hosts.file=" + hosts);
        TestCluster.await(
                "what it says of a name that is not known",
                () -> logged("discovery-found-nothing"));
        Files.writeString(hosts, cluster.host(1) + " late.test.invalid\n");
        awaitBoth();
    }

    @Test
    void byAListThatAnotherProgramKeeps() throws Exception {
        Path list = directory.resolve("list");
        cluster.spawn(1);
        cluster.spawn(FOLLOWER, found("etcd", d -> d.put("file", list.toString())));
        TestCluster.await("what it says of no file", () -> logged("discovery-found-nothing"));
        Files.writeString(
                list,
                "# datanodes\nnot an address\n" + cluster.host(1) + ":" + cluster.port + "\n");
        awaitBoth();
        assertThat(cluster.logOf(FOLLOWER)).contains("discovery-line-refused");
        // What it has learnt it keeps: after a restart it needs no list.
        Files.delete(list);
        cluster.kill(FOLLOWER);
        cluster.spawn(FOLLOWER, found("etcd", d -> d.put("file", list.toString())));
        awaitBoth();
    }

    private boolean logged(String event) {
        try {
            return cluster.logOf(FOLLOWER).contains(event);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
