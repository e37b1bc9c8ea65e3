package io.xsan.server.demo;

import java.io.IOException;
import java.nio.file.Files;
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

    /** Its device, a directory. */
    Path disk() {
        return directory.resolve("disk");
    }

    Path nbdSocket() {
        return dataDirectory().resolve("nbd.sock");
    }

    /** Why it ended, as far as its log tells. */
    String end() {
        String fatal = "";
        try {
            for (String line : Files.readAllLines(log())) {
                fatal = line.contains(" FATAL ") ? line : fatal;
            }
        } catch (IOException e) {
            fatal = "";
        }
        int reason = fatal.indexOf("reason=");
        String why = reason < 0 ? "" : ": " + fatal.substring(reason + "reason=".length());
        return "node " + node + " ended" + why + "; all of its log is in " + log();
    }

    String endpoint() {
        return host + ":" + (port + 1);
    }
}
