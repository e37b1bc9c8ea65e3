package io.xsan.csi;

import io.xsan.protocol.client.ClientConfig;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Command line: {@code MODE --name value ...}. */
record Options(String mode, Map<String, String> values) {
    private static final Set<String> MODES = Set.of("controller");
    private static final Set<String> NAMES =
            Set.of("--endpoint", "--datanodes", "--authority", "--certificate", "--key", "--hosts");

    static final String USAGE =
            """
            usage: csi-driver controller --endpoint SOCKET --datanodes HOST:PORT[,HOST:PORT...]
                     --authority CRT --certificate CRT --key KEY [--hosts NAME[,NAME...]]

              --endpoint     unix socket to serve on, a path or unix:///path
              --datanodes    control API of some datanodes
              --authority    PEM files: the cluster's authority, and certificate and key of
              --certificate  role admin
              --key
              --hosts        hosts that volumes may be published to; else the nodes of the
                             Kubernetes cluster that this runs in
            """;

    /**
     * Reads a command line.
     *
     * @throws IllegalArgumentException with a sentence for people
     */
    static Options parse(String... arguments) {
        if (arguments.length == 0 || !MODES.contains(arguments[0])) {
            throw new IllegalArgumentException("the mode is missing, allowed is controller");
        }
        Map<String, String> values = new TreeMap<>();
        for (int i = 1; i < arguments.length; i += 2) {
            if (!NAMES.contains(arguments[i])) {
                throw new IllegalArgumentException(
                        "option '" + arguments[i] + "' is not known, allowed are " + NAMES);
            }
            if (i + 1 == arguments.length) {
                throw new IllegalArgumentException("option " + arguments[i] + " needs a value");
            }
            values.put(arguments[i], arguments[i + 1]);
        }
        return new Options(arguments[0], values);
    }

    Path endpoint() {
        String text = needed("--endpoint");
        String scheme = "unix://";
        return Path.of(text.startsWith(scheme) ? text.substring(scheme.length()) : text);
    }

    ClientConfig cluster() {
        return new ClientConfig(
                List.of(needed("--datanodes").split(",")),
                Path.of(needed("--authority")),
                Path.of(needed("--certificate")),
                Path.of(needed("--key")));
    }

    /** The hosts that are named; empty where none are. */
    Set<String> hosts() {
        String text = values.getOrDefault("--hosts", "");
        return text.isEmpty() ? Set.of() : Set.of(text.split(","));
    }

    private String needed(String name) {
        String value = values.get(name);
        if (value == null) {
            throw new IllegalArgumentException("option " + name + " is missing");
        }
        return value;
    }
}
