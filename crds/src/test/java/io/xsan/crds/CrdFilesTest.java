package io.xsan.crds;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.crdv2.generator.CRDGenerationInfo;
import io.fabric8.crdv2.generator.CRDGenerator;
import io.fabric8.crdv2.generator.CRDPostProcessor;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinitionVersion;
import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaProps;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The schemas that users apply are those of the records. After a change of a record write them anew
 * with {@code -Dxsan.write-crds=true}.
 */
class CrdFilesTest {
    private static final Path CHART = Path.of("..", "charts", "xsan", "crds");

    @TempDir private Path generated;

    @ParameterizedTest
    @ValueSource(strings = {"xsanclusters", "xsanvolumes"})
    void chartHasTheSchemaOfTheRecord(String plural) throws IOException {
        generate();
        String made = Files.readString(generated.resolve(plural + ".xsan.io-v1.yml"));
        Path file = CHART.resolve(plural + ".xsan.io.yaml");
        if (Boolean.getBoolean("xsan.write-crds")) {
            Files.createDirectories(CHART);
            Files.writeString(file, made);
        }
        assertThat(file).hasContent(made);
    }

    @Test
    void bothAreClusterScopedWithAStatus() throws IOException {
        CRDGenerationInfo info = generate();
        assertThat(info.numberOfGeneratedCRDs()).isEqualTo(2);
        try (var files = Files.list(generated)) {
            for (Path file : files.toList()) {
                assertThat(file).content().contains("scope: \"Cluster\"").contains("status: {}");
            }
        }
    }

    private CRDGenerationInfo generate() {
        return new CRDGenerator()
                .customResourceClasses(XsanCluster.class, XsanVolume.class)
                .forCRDVersions("v1")
                .withPostProcessor(
                        new CRDPostProcessor() {
                            @Override
                            public HasMetadata process(HasMetadata crd, String version) {
                                return tidied((CustomResourceDefinition) crd);
                            }
                        })
                .inOutputDir(generated.toFile())
                .detailedGenerate();
    }

    /**
     * The generator sorts columns by their paths, where users read them as the record has them; and
     * finds rules of a record's component twice, at its field and at its accessor.
     */
    private static CustomResourceDefinition tidied(CustomResourceDefinition crd) {
        Class<?> type =
                crd.getSpec().getNames().getKind().equals("XsanCluster")
                        ? XsanCluster.class
                        : XsanVolume.class;
        List<String> order =
                Stream.of(type.getAnnotationsByType(AdditionalPrinterColumn.class))
                        .map(AdditionalPrinterColumn::name)
                        .toList();
        CustomResourceDefinitionVersion version = crd.getSpec().getVersions().getFirst();
        version.getAdditionalPrinterColumns()
                .sort(Comparator.comparingInt(column -> order.indexOf(column.getName())));
        JSONSchemaProps schema = version.getSchema().getOpenAPIV3Schema();
        schema.setRequired(List.of("spec"));
        tidy(schema);
        return crd;
    }

    private static void tidy(JSONSchemaProps schema) {
        if (schema.getXKubernetesValidations() != null) {
            schema.setXKubernetesValidations(
                    List.copyOf(new LinkedHashSet<>(schema.getXKubernetesValidations())));
        }
        if (schema.getItems() != null) {
            tidy(schema.getItems().getSchema());
        }
        if (schema.getProperties() != null) {
            schema.getProperties().values().forEach(CrdFilesTest::tidy);
        }
    }
}
