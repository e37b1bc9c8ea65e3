package io.xsan.server.cli;

import com.google.protobuf.Message;
import io.xsan.protocol.client.XsanClient;
import io.xsan.protocol.v1.VolumeRef;
import io.xsan.protocol.v1.XsanGrpc.XsanBlockingStub;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** The options that every command of a cluster has, and the one way to call and to print. */
final class Cluster {
    enum Output {
        table,
        json
    }

    private static final long TIMEOUT_MILLIS = 15_000;

    private final Surroundings surroundings;

    @Option(
            names = "--cluster",
            scope = ScopeType.INHERIT,
            paramLabel = "FILE",
            description =
                    "Client file of the cluster, or the directory with its client.json. Else "
                            + "XSAN_CLUSTER, a demo that was kept, ~/.config/xsan.")
    private @Nullable Path cluster;

    @Option(
            names = "--output",
            scope = ScopeType.INHERIT,
            paramLabel = "FORMAT",
            description = "table or json.")
    private Output output = Output.table;

    Cluster(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    /** Makes a call and prints its answer, as JSON or as what {@code people} makes of it. */
    <T extends Message> void show(Function<XsanBlockingStub, T> request, Function<T, String> people)
            throws IOException {
        try (XsanClient client = connect()) {
            print(client.call(request), people);
        }
    }

    /** Connects to the cluster that the options name. */
    XsanClient connect() throws IOException {
        return XsanClient.ofShortProcess(ClientFile.read(file()), TIMEOUT_MILLIS);
    }

    /** The client file of the cluster that the options name. */
    Path file() throws IOException {
        return ClientFile.find(
                cluster, surroundings.cluster(), surroundings.home(), surroundings.demo());
    }

    <T extends Message> void print(T answer, Function<T, String> people) {
        String text =
                switch (output) {
                    case table -> people.apply(answer);
                    case json -> ProtoJson.text(answer) + "\n";
                };
        surroundings.out().print(text);
        surroundings.out().flush();
    }

    Surroundings surroundings() {
        return surroundings;
    }

    static VolumeRef named(String name) {
        return VolumeRef.newBuilder().setName(name).build();
    }

    /** A volume by its id of 16 hexadecimal digits, or else by its name. */
    static VolumeRef volume(String idOrName) {
        return idOrName.matches("[0-9a-fA-F]{16}")
                ? VolumeRef.newBuilder().setId(idOrName).build()
                : named(idOrName);
    }
}
