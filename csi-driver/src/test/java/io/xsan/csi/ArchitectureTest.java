package io.xsan.csi;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.net.URISyntaxException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** Whom the driver may see. */
class ArchitectureTest {
    private static final JavaClasses ALL = new ClassFileImporter().importPath(mainClasses());

    private static Path mainClasses() {
        try {
            return Path.of(Main.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void driverSeesTheClientOfTheClusterAndGrpcOnly() {
        classes()
                .that()
                .resideInAPackage("io.xsan.csi..")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        "io.xsan.csi..",
                        "io.xsan.protocol.client..",
                        "io.xsan.protocol.v1..",
                        "io.xsan.base",
                        "io.grpc..",
                        "com.google.protobuf..",
                        "com.google.common.util.concurrent..",
                        "java..",
                        "javax.net.ssl..",
                        "com.sun.net.httpserver",
                        "org.jspecify..")
                .check(ALL);
    }

    @Test
    void controllerAndNodeDoNotSeeEachOther() {
        noClasses()
                .that()
                .resideInAPackage("io.xsan.csi.controller..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.xsan.csi.node..")
                .check(ALL);
        noClasses()
                .that()
                .resideInAPackage("io.xsan.csi.node..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.xsan.csi.controller..", "io.xsan.protocol..")
                .because("the node has no certificate of the cluster")
                .check(ALL);
    }

    @Test
    void packagesAreFreeOfCycles() {
        slices().matching("io.xsan.csi.(*)..").should().beFreeOfCycles().check(ALL);
    }
}
