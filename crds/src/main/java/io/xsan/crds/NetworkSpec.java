package io.xsan.crds;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.ValidationRule;
import org.jspecify.annotations.NullUnmarked;

/** The network of the datanodes: that of their hosts, whose addresses survive a restart. */
@NullUnmarked
public record NetworkSpec(
        @Default("Host") Mode mode,
        @Default("7480")
                @Min(1024)
                @Max(65525)
                @ValidationRule(
                        value = "self == oldSelf",
                        message = "cannot change: the members know each other by it")
                Integer bindPort,
        @Default("on") Encryption encryption,
        @Default("500") @Min(50) @Max(60000) Integer heartbeatIntervalMillis,
        @Default("1000") @Min(150) @Max(60000) Integer electionTimeoutMillis,
        @Default("1024") @Min(1) @Max(65535) Integer maxConnections) {
    /** All defaults. */
    static final NetworkSpec DEFAULT = new NetworkSpec(null, null, null, null, null, null);

    /** Whose addresses datanodes have. */
    public enum Mode {
        /** Their host's. */
        Host
    }

    /** Of the connections between datanodes. */
    public enum Encryption {
        /** TLS 1.3 for everything. */
        @JsonProperty("on")
        ON
    }

    /** Fills in the defaults. */
    public NetworkSpec {
        mode = mode == null ? Mode.Host : mode;
        bindPort = bindPort == null ? 7480 : bindPort;
        encryption = encryption == null ? Encryption.ON : encryption;
        heartbeatIntervalMillis = heartbeatIntervalMillis == null ? 500 : heartbeatIntervalMillis;
        electionTimeoutMillis = electionTimeoutMillis == null ? 1000 : electionTimeoutMillis;
        maxConnections = maxConnections == null ? 1024 : maxConnections;
    }
}
