package io.xsan.crds;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import org.jspecify.annotations.NullUnmarked;

/**
 * A device that each storage node has: a directory, which is made, or a block device. A block
 * device with anything on it is never taken.
 */
@NullUnmarked
public record DeviceSpec(
        @Required
                @Size(min = 1, max = 200)
                @ValidationRule(
                        value = "self.matches('^/[A-Za-z0-9._/:-]+$') && !self.contains('..')",
                        messageExpression =
                                "\"path is '\" + self + \"', allowed is an absolute path of letters, digits and ._:-\"")
                String path,
        @Default("directory") Kind kind,
        @Default("ssd") Media type,
        @Default("cache") Role role,
        @Default("10Gi")
                @Size(min = 1, max = 20)
                @ValidationRule(
                        value =
                                "self.matches('^[1-9][0-9]*(Mi|Gi|Ti)$') && quantity(self).compareTo(quantity('128Mi')) >= 0 && quantity(self).compareTo(quantity('1024Ti')) <= 0",
                        messageExpression =
                                "\"size is '\" + self + \"', allowed is 128Mi to 1024Ti, a whole number with Mi, Gi or Ti\"")
                String size) {
    /** What the path is. */
    public enum Kind {
        /** A directory, made if missing; {@code size} of it is used. */
        @JsonProperty("directory")
        DIRECTORY,
        /** A block device, used whole. */
        @JsonProperty("block")
        BLOCK
    }

    /** What the device is made of. */
    public enum Media {
        /** Flash. */
        @JsonProperty("ssd")
        SSD,
        /** A hard disk. */
        @JsonProperty("hdd")
        HDD
    }

    /** What the device is for. */
    public enum Role {
        /** Takes the writes. */
        @JsonProperty("cache")
        CACHE,
        /** Holds what has become cold. */
        @JsonProperty("capacity")
        CAPACITY
    }

    /** Fills in the defaults. */
    public DeviceSpec {
        kind = kind == null ? Kind.DIRECTORY : kind;
        type = type == null ? Media.SSD : type;
        role = role == null ? Role.CACHE : role;
        size = size == null ? "10Gi" : size;
    }
}
