package io.xsan.server.discovery;

import io.xsan.base.log.Log;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;

/** All addresses of one name, such as that of a headless Service. */
final class DnsDiscovery implements Discovery {
    private final String name;
    private final int port;
    private final Log log;

    DnsDiscovery(String name, int port, Log log) {
        this.name = name;
        this.port = port;
        this.log = log;
    }

    @Override
    public List<Address> find() {
        List<Address> found = new ArrayList<>();
        try {
            for (InetAddress address : InetAddress.getAllByName(name)) {
                found.add(new Address(address.getHostAddress(), port));
            }
        } catch (UnknownHostException e) {
            log.warn("discovery-found-nothing", "name", name, "reason", "the name is not known");
        }
        return found;
    }
}
