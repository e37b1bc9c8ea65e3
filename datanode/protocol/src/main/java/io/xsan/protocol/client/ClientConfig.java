package io.xsan.protocol.client;

import java.nio.file.Path;
import java.util.List;

/**
 * How to reach a cluster: the API addresses ({@code host:port}) of some of its datanodes, and PEM
 * files of the cluster's authority, of this client's certificate and of its key.
 */
public record ClientConfig(List<String> endpoints, Path authority, Path certificate, Path key) {
    /** Copies the list; there must be an endpoint. */
    public ClientConfig {
        endpoints = List.copyOf(endpoints);
        if (endpoints.isEmpty()) {
            throw new IllegalArgumentException("endpoints: none given, at least one is needed");
        }
    }
}
