package io.xsan.operator.desired;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A file of objects beside this class, with {@code ${NAMES}} for values. */
final class Template {
    private Template() {}

    static List<HasMetadata> objects(String file, Map<String, String> values) {
        List<HasMetadata> objects = new ArrayList<>();
        for (String document : filled(file, values).split("(?m)^---$")) {
            Object object = Serialization.unmarshal(document, GenericKubernetesResource.class);
            objects.add(Serialization.unmarshal(Serialization.asJson(object), HasMetadata.class));
        }
        return objects;
    }

    /** The only object of a file. */
    static <T extends HasMetadata> T object(
            String file, Class<T> type, Map<String, String> values) {
        return Serialization.unmarshal(filled(file, values), type);
    }

    private static String filled(String file, Map<String, String> values) {
        String text = text(file);
        for (Map.Entry<String, String> value : values.entrySet()) {
            text = text.replace("${" + value.getKey() + "}", value.getValue());
        }
        if (text.contains("${")) {
            throw new IllegalStateException(
                    file
                            + ": no value for "
                            + text.substring(text.indexOf("${")).lines().findFirst());
        }
        return text;
    }

    private static String text(String file) {
        try (InputStream in = Template.class.getResourceAsStream(file)) {
            if (in == null) {
                throw new IllegalStateException("no resource " + file);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
