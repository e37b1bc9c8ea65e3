package io.xsan.server.cli;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** What a command sees of the process that it runs in. */
record Surroundings(
        Map<String, String> environment,
        Path home,
        Path xsanHome,
        BufferedReader in,
        PrintWriter out) {
    Surroundings {
        environment = Map.copyOf(environment);
    }

    static Surroundings ofProcess(PrintWriter out) {
        return new Surroundings(
                System.getenv(),
                Path.of(System.getProperty("user.home", ".")),
                Path.of(System.getProperty("xsan.home", ".")),
                new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)),
                out);
    }

    Optional<String> cluster() {
        return Optional.ofNullable(environment.get("XSAN_CLUSTER")).filter(v -> !v.isBlank());
    }

    Optional<Path> agent() {
        return Optional.ofNullable(environment.get("XSAN_AGENT"))
                .filter(v -> !v.isBlank())
                .map(Path::of);
    }

    Path demo() {
        return xsanHome.resolve(".xsan/demo");
    }
}
