package io.xsan.server.config;

import io.xsan.base.ClusterId;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;

/** Everything that a datanode is told by its configuration file; see docs/CONFIGURATION.md. */
public record DatanodeConfig(
        Cluster cluster, Storage storage, Network network, List<Member> members, Tls tls, Log log) {
    /** Copies the list. */
    public DatanodeConfig {
        members = List.copyOf(members);
    }

    /** Who the node is. */
    public record Cluster(
            ClusterId clusterId,
            int nodeId,
            String bindIp,
            int bindPort,
            Path dataDir,
            String failureDomain) {
        /** The address of a port by its offset from {@code bind_port}. */
        public InetSocketAddress address(Port port) {
            return new InetSocketAddress(bindIp, bindPort + port.offset());
        }
    }

    /** Ports of a datanode, as offsets from {@code bind_port}. */
    public enum Port {
        /** Datanodes and agents. */
        PEER,
        /** gRPC, xsan.v1. */
        API,
        /** Raft. */
        RAFT,
        /** NBD, on loopback. */
        NBD,
        /** Health and metrics, on HTTP. */
        HEALTH;

        /** Offset from {@code bind_port}. */
        public int offset() {
            return switch (this) {
                case PEER -> 0;
                case API -> 1;
                case RAFT -> 2;
                case NBD -> 3;
                case HEALTH -> 4;
            };
        }
    }

    /** Devices and volume defaults. */
    public record Storage(List<Device> devices, int defaultReplicaCount) {
        /** Copies the list. */
        public Storage {
            devices = List.copyOf(devices);
        }
    }

    /** One device. */
    public record Device(Path path, String type, String role, long sizeBytes) {}

    /** Times and limits of the network. */
    public record Network(
            int heartbeatIntervalMillis, int electionTimeoutMillis, int connectionsMax) {}

    /** A member of the metadata group. */
    public record Member(int nodeId, String host, int port) {}

    /** PEM files. */
    public record Tls(Path authority, Path certificate, Path key) {}

    /** How events are written. */
    public record Log(String level, String format) {}
}
