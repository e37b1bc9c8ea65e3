package io.xsan.server.demo;

import java.nio.file.Path;

/** One datanode of the demo: its number, its address, and its directory. */
record Member(int node, String host, int port, Path directory) {
    Path config() {
        return directory.resolve("config.json");
    }

    Path log() {
        return directory.resolve("log");
    }

    Path dataDirectory() {
        return directory.resolve("data");
    }

    Path nbdSocket() {
        return dataDirectory().resolve("nbd.sock");
    }

    String endpoint() {
        return host + ":" + (port + 1);
    }
}
