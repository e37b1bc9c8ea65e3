package io.xsan.server;

import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;

/** Where the sources and the classes of this build lie. */
public record Repository(Path root, Path buildDirectory) {

    /** Finds both from the place of this class: {@code ROOT/datanode/server/BUILD/test-classes}. */
    public static Repository ofThisBuild() {
        Path testClasses;
        try {
            testClasses =
                    Path.of(
                            Repository.class
                                    .getProtectionDomain()
                                    .getCodeSource()
                                    .getLocation()
                                    .toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
        Path root = testClasses;
        while (!Files.exists(root.resolve("mvnw"))) {
            root = root.getParent();
            if (root == null) {
                throw new IllegalStateException("no mvnw above " + testClasses);
            }
        }
        Path server = root.resolve("datanode").resolve("server");
        Path buildDirectory =
                Objects.requireNonNull(server.relativize(testClasses).getParent(), "target");
        return new Repository(root, buildDirectory);
    }

    /** The classes of a module of the datanode as this build compiled them. */
    Path classesOf(String module) {
        return root.resolve("datanode").resolve(module).resolve(buildDirectory).resolve("classes");
    }

    /** A path as a reader of the repository would write it. */
    String nameOf(Path file) {
        return root.relativize(file).toString().replace('\\', '/');
    }
}
