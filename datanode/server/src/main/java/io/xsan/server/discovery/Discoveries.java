package io.xsan.server.discovery;

import io.xsan.base.log.Log;
import io.xsan.server.config.DatanodeConfig;
import java.util.List;

/** Makes the discovery that a configuration names. */
public final class Discoveries {
    private Discoveries() {}

    /** The discovery of {@code config}, besides the members that it lists. */
    public static Discovery of(DatanodeConfig config, Log log) {
        List<Discovery.Address> listed =
                config.members().stream()
                        .map(m -> new Discovery.Address(m.host(), m.port()))
                        .toList();
        return switch (config.discovery()) {
            case DatanodeConfig.Discovery.Static(var seeds) -> {
                List<Discovery.Address> all = new java.util.ArrayList<>(listed);
                seeds.forEach(s -> all.add(new Discovery.Address(s.host(), s.port())));
                yield () -> all;
            }
            case DatanodeConfig.Discovery.Dns(String name, int port) ->
                    new DnsDiscovery(name, port, log);
            case DatanodeConfig.Discovery.ListFile(var file) -> new FileDiscovery(file, log);
            case DatanodeConfig.Discovery.Multicast() -> new MulticastDiscovery(config, log);
        };
    }
}
