package io.xsan.csi;

import io.xsan.protocol.client.ClientConfig;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Command line: {@code MODE --name value ...}, or {@code --name=value}. */
record Options(Mode mode, Map<String, String> values) {
    private static final int PORT_MAX = 65_535;
    private static final int VOLUMES_MAX = 4_096;

    /** What the program serves, and the options that this takes. */
    enum Mode {
        CONTROLLER(
                Set.of(
                        "--endpoint",
                        "--health",
                        "--datanodes",
                        "--authority",
                        "--certificate",
                        "--key",
                        "--hosts")),
        NODE(
                Set.of(
                        "--endpoint",
                        "--health",
                        "--host",
                        "--agent",
                        "--registration",
                        "--host-endpoint",
                        "--max-volumes"));

        private final Set<String> names;

        Mode(Set<String> names) {
            this.names = names;
        }
    }

    static final String USAGE =
            """
            usage: csi-driver controller --endpoint SOCKET --datanodes HOST:PORT[,HOST:PORT...]
                     --authority CRT --certificate CRT --key KEY [--hosts NAME[,NAME...]]
                     [--health PORT]
                   csi-driver node --endpoint SOCKET --host NAME --agent SOCKET
                     [--registration SOCKET --host-endpoint SOCKET] [--max-volumes N]
                     [--health PORT]

              --endpoint      unix socket to serve on, a path or unix:///path
              --health        port for GET /healthz and /readyz
              --datanodes     control API of some datanodes
              --authority     PEM files: the cluster's authority, and certificate and key of
              --certificate   role admin
              --key
              --hosts         hosts that volumes may be published to; else the nodes of the
                              Kubernetes cluster that this runs in
              --host          this host as attachments name it: the Kubernetes node
              --agent         socket of this host's agent
              --registration  socket below the kubelet's plugins_registry; there the kubelet asks
              --host-endpoint and is answered this path, which is --endpoint as the host names it
              --max-volumes   how many volumes this host takes; else by its attach mode
            """;

    /**
     * Reads a command line.
     *
     * @throws IllegalArgumentException with a sentence for people
     */
    static Options parse(String... arguments) {
        Mode mode = mode(arguments.length == 0 ? "" : arguments[0]);
        Map<String, String> values = new TreeMap<>();
        for (int i = 1; i < arguments.length; i++) {
            int equals = arguments[i].indexOf('=');
            String name = equals < 0 ? arguments[i] : arguments[i].substring(0, equals);
            if (!mode.names.contains(name)) {
                throw new IllegalArgumentException(
                        "option '"
                                + name
                                + "' is not known, allowed are "
                                + mode.names.stream().sorted().toList());
            }
            if (equals < 0 && ++i == arguments.length) {
                throw new IllegalArgumentException("option " + name + " needs a value");
            }
            values.put(name, arguments[i].substring(equals + 1));
        }
        return new Options(mode, values);
    }

    private static Mode mode(String text) {
        return switch (text) {
            case "controller" -> Mode.CONTROLLER;
            case "node" -> Mode.NODE;
            default ->
                    throw new IllegalArgumentException(
                            "the mode is '" + text + "', allowed are controller and node");
        };
    }

    Path endpoint() {
        return socket("--endpoint");
    }

    Path agent() {
        return socket("--agent");
    }

    /** The socket for the kubelet's questions, if it is to be served. */
    boolean isRegistered() {
        return values.containsKey("--registration");
    }

    Path registration() {
        return socket("--registration");
    }

    Path hostEndpoint() {
        return socket("--host-endpoint");
    }

    private Path socket(String name) {
        String text = needed(name);
        String scheme = "unix://";
        return Path.of(text.startsWith(scheme) ? text.substring(scheme.length()) : text);
    }

    String host() {
        return needed("--host");
    }

    /** 0 if none is given. */
    int healthPort() {
        return number("--health", PORT_MAX);
    }

    /** 0 if none is given. */
    int maxVolumes() {
        return number("--max-volumes", VOLUMES_MAX);
    }

    private int number(String name, int most) {
        String text = values.getOrDefault(name, "0");
        if (!text.matches("[0-9]{1,6}") || Integer.parseInt(text) > most) {
            throw new IllegalArgumentException(
                    "option " + name + " is '" + text + "', allowed is 1 to " + most);
        }
        return Integer.parseInt(text);
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
