package io.xsan.server.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.xsan.base.ErrorCode;
import io.xsan.base.Refusal;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** One object of the configuration: reads keys with their checks, and refuses what was not read. */
final class ConfigObject {
    private static final Pattern SIZE = Pattern.compile("([0-9]{1,15})\\s*(B|KiB|MiB|GiB|TiB)");

    private final Path file;
    private final String path;
    private final JsonNode node;
    private final Set<String> known = new LinkedHashSet<>();

    ConfigObject(Path file, String path, JsonNode node) {
        this.file = file;
        this.path = path;
        this.node = node;
        if (!node.isObject()) {
            throw refusal(file, path, node.toString(), "an object");
        }
    }

    static Refusal refusal(Path file, String path, String value, String allowed) {
        return new Refusal(
                ErrorCode.INVALID_PARAM,
                file + ": " + path + " is " + value + ", allowed is " + allowed);
    }

    Refusal refuse(String key, String value, String allowed) {
        return refusal(file, path + "." + key, value, allowed);
    }

    private JsonNode read(String key) {
        known.add(key);
        JsonNode value = node.get(key);
        return value == null ? JsonNodeFactory.instance.missingNode() : value;
    }

    private JsonNode required(String key, String allowed) {
        JsonNode value = read(key);
        if (value.isMissingNode()) {
            throw refuse(key, "missing", allowed);
        }
        return value;
    }

    ConfigObject object(String key) {
        return new ConfigObject(file, path + "." + key, required(key, "an object"));
    }

    ConfigObject optionalObject(String key) {
        JsonNode value = read(key);
        return new ConfigObject(
                file,
                path + "." + key,
                value.isMissingNode() ? JsonNodeFactory.instance.objectNode() : value);
    }

    List<ConfigObject> objects(String key, int countMin, int countMax) {
        String allowed = "a list of " + countMin + " to " + countMax + " objects";
        JsonNode value = read(key);
        if (value.isMissingNode() && countMin == 0) {
            return List.of();
        }
        value = required(key, allowed);
        if (!value.isArray() || value.size() < countMin || value.size() > countMax) {
            throw refuse(key, value.toString(), allowed);
        }
        List<ConfigObject> all = new ArrayList<>();
        for (int i = 0; i < value.size(); i++) {
            all.add(new ConfigObject(file, path + "." + key + "[" + i + "]", value.get(i)));
        }
        return all;
    }

    /** A list of strings, empty if it is missing. */
    List<String> texts(String key, int countMax) {
        JsonNode value = read(key);
        List<String> all = new ArrayList<>();
        if (value.isMissingNode()) {
            return all;
        }
        for (JsonNode each : value) {
            all.add(each.asText());
        }
        if (!value.isArray() || all.size() > countMax || all.contains("")) {
            throw refuse(key, value.toString(), "a list of at most " + countMax + " strings");
        }
        return all;
    }

    String text(String key) {
        JsonNode value = required(key, "a string");
        if (!value.isTextual() || value.asText().isBlank()) {
            throw refuse(key, value.toString(), "a string that is not empty");
        }
        return value.asText();
    }

    String text(String key, String otherwise) {
        return read(key).isMissingNode() ? otherwise : text(key);
    }

    List<String> texts(String key, int countMin, int countMax) {
        String allowed = "a list of " + countMin + " to " + countMax + " strings";
        JsonNode value = required(key, allowed);
        if (!value.isArray() || value.size() < countMin || value.size() > countMax) {
            throw refuse(key, value.toString(), allowed);
        }
        List<String> all = new ArrayList<>();
        for (JsonNode each : value) {
            if (!each.isTextual() || each.asText().isBlank()) {
                throw refuse(key, value.toString(), allowed);
            }
            all.add(each.asText());
        }
        return all;
    }

    List<String> texts(String key, int countMin, int countMax, List<String> otherwise) {
        return read(key).isMissingNode() ? otherwise : texts(key, countMin, countMax);
    }

    int integer(String key, int min, int max) {
        String allowed = min == max ? Integer.toString(min) : "a number from " + min + " to " + max;
        JsonNode value = required(key, allowed);
        if (!value.isIntegralNumber()
                || !value.canConvertToInt()
                || value.asInt() < min
                || value.asInt() > max) {
            throw refuse(key, value.toString(), allowed);
        }
        return value.asInt();
    }

    int integer(String key, int min, int max, int otherwise) {
        return read(key).isMissingNode() ? otherwise : integer(key, min, max);
    }

    String choice(String key, String otherwise, String... allowed) {
        if (read(key).isMissingNode()) {
            return otherwise;
        }
        String value = text(key);
        if (!List.of(allowed).contains(value)) {
            throw refuse(key, '"' + value + '"', String.join(" or ", allowed));
        }
        return value;
    }

    /** A number of bytes, or a string with a unit such as 10GiB. */
    long bytes(String key, long min, long max, long otherwise) {
        JsonNode value = read(key);
        if (value.isMissingNode()) {
            return otherwise;
        }
        long bytes = value.isIntegralNumber() ? value.asLong() : parseBytes(value.asText());
        if (bytes < min || bytes > max) {
            throw refuse(key, value.toString(), "a size from " + min + " to " + max + " bytes");
        }
        return bytes;
    }

    private static long parseBytes(String text) {
        Matcher matcher = SIZE.matcher(text);
        if (!matcher.matches()) {
            return -1;
        }
        int shift =
                switch (matcher.group(2).toLowerCase(Locale.ROOT)) {
                    case "kib" -> 10;
                    case "mib" -> 20;
                    case "gib" -> 30;
                    case "tib" -> 40;
                    default -> 0;
                };
        long number = Long.parseLong(matcher.group(1));
        return number <= Long.MAX_VALUE >> shift ? number << shift : -1;
    }

    /** Refuses keys that nobody asked for. */
    void finish() {
        Iterator<String> names = node.fieldNames();
        while (names.hasNext()) {
            String name = names.next();
            if (!known.contains(name)) {
                throw refuse(name, "not a key", String.join(", ", known));
            }
        }
    }
}
