package io.xsan.operator;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.net.URISyntaxException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** Whom the operator's packages may see. */
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
    void onlyTheTopSeesQuarkusAndTheOperatorSdk() {
        noClasses()
                .that()
                .resideInAnyPackage(
                        "io.xsan.operator.identity..",
                        "io.xsan.operator.desired..",
                        "io.xsan.operator.storage..",
                        "io.xsan.operator.reconcile..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "io.quarkus..", "io.javaoperatorsdk..", "io.micrometer..", "jakarta..")
                .check(ALL);
    }

    @Test
    void whatIsDesiredAsksNobody() {
        noClasses()
                .that()
                .resideInAPackage("io.xsan.operator.desired..")
                .should()
                .dependOnClassesThat()
                .haveSimpleName("KubernetesClient")
                .orShould()
                .dependOnClassesThat()
                .resideInAPackage("io.xsan.protocol..")
                .check(ALL);
    }

    @Test
    void packagesAreFreeOfCycles() {
        slices().matching("io.xsan.operator.(*)..").should().beFreeOfCycles().check(ALL);
    }
}
