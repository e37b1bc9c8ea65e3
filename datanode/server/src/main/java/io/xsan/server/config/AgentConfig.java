package io.xsan.server.config;

import io.xsan.base.ClusterId;
import java.nio.file.Path;
import java.util.List;

/** Everything that an agent is told by its configuration file; see docs/ATTACH.md. */
public record AgentConfig(
        Cluster cluster,
        Host host,
        Attaching attaching,
        DatanodeConfig.Tls tls,
        DatanodeConfig.Log log) {
    /** The cluster whose volumes are attached, and API addresses ({@code host:port}) of it. */
    public record Cluster(ClusterId clusterId, List<String> endpoints) {
        /** Copies the list. */
        public Cluster {
            endpoints = List.copyOf(endpoints);
        }
    }

    /**
     * This host: its name in attachments, the directory for what must outlive the agent's
     * processes, and the control socket.
     */
    public record Host(String name, Path stateDir, Path socket) {}

    /** Modes, best first, and how long I/O is held without an owner. */
    public record Attaching(List<String> modes, int holdMillis) {
        /** Copies the list. */
        public Attaching {
            modes = List.copyOf(modes);
        }
    }
}
