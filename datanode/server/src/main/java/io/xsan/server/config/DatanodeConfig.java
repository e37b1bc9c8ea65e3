package io.xsan.server.config;

import io.xsan.base.ClusterId;
import io.xsan.base.memory.PoolConfig;
import io.xsan.server.disk.Placement;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Everything that a datanode is told by its configuration file; see docs/CONFIGURATION.md. */
public record DatanodeConfig(
        Cluster cluster,
        Storage storage,
        PoolConfig memory,
        Network network,
        Metadata metadata,
        List<Member> members,
        Discovery discovery,
        Tls tls,
        Log log) {
    /** Copies the list. */
    public DatanodeConfig {
        members = List.copyOf(members);
    }

    /** True if this node is a member of the metadata group by its configuration. */
    public boolean isMember() {
        return members.stream().anyMatch(m -> m.nodeId() == cluster.nodeId());
    }

    /** Who the node is. */
    public record Cluster(
            ClusterId clusterId,
            int nodeId,
            String bindIp,
            int bindPort,
            Path dataDir,
            String failureDomain,
            Duration rebuildDelay,
            int rebalancePercent) {
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
        HEALTH,
        /** Heartbeats, UDP. */
        HEARTBEAT;

        /** Offset from {@code bind_port}. */
        public int offset() {
            return switch (this) {
                case PEER -> 0;
                case API -> 1;
                case RAFT -> 2;
                case NBD -> 3;
                case HEALTH -> 4;
                case HEARTBEAT -> 5;
            };
        }
    }

    /** Devices and volume defaults. */
    public record Storage(List<Device> devices, int defaultReplicaCount, long scrubIntervalMillis) {
        /** Copies the list. */
        public Storage {
            devices = List.copyOf(devices);
        }
    }

    /** One device; see {@link io.xsan.server.disk.LocalDisk}. */
    public record Device(
            Path path,
            String type,
            String role,
            long sizeBytes,
            Placement placement,
            boolean mayUseRing) {}

    /**
     * Times and limits of the network. {@code multicast} is the group that heartbeats are sent to;
     * without one they go to each node. {@code isAuthOnly}: links between datanodes are not
     * encrypted, only authenticated.
     */
    public record Network(
            int heartbeatIntervalMillis,
            int electionTimeoutMillis,
            int connectionsMax,
            Optional<InetSocketAddress> multicast,
            boolean isAuthOnly) {}

    /**
     * How a member of the metadata group keeps its log: after so many entries the state is written
     * as a checkpoint, and what of the log lies before it goes; the log is in files of that size.
     */
    public record Metadata(int checkpointEntries, long logSegmentBytes) {}

    /** How a node that is no member of the metadata group finds the cluster. */
    public sealed interface Discovery {
        /** Datanodes that are listed, besides the members. */
        record Static(List<Seed> seeds) implements Discovery {
            /** Copies the list. */
            public Static {
                seeds = List.copyOf(seeds);
            }
        }

        /** All addresses of a name. */
        record Dns(String name, int port) implements Discovery {}

        /** Whoever sends heartbeats to the multicast group. */
        record Multicast() implements Discovery {}

        /** The addresses in a file that another program keeps. */
        record ListFile(Path file) implements Discovery {}
    }

    /** Where a datanode may be. */
    public record Seed(String host, int port) {}

    /** A member of the metadata group. */
    public record Member(int nodeId, String host, int port) {}

    /** PEM files, and the key of heartbeats, without which none are sent. */
    public record Tls(Path authority, Path certificate, Path key, Optional<Path> heartbeatKey) {
        /** Without a key of heartbeats. */
        public Tls(Path authority, Path certificate, Path key) {
            this(authority, certificate, key, Optional.empty());
        }
    }

    /** How others reach this node: as a member, or else where it binds. */
    public Member self() {
        return members.stream()
                .filter(member -> member.nodeId() == cluster.nodeId())
                .findFirst()
                .orElse(new Member(cluster.nodeId(), cluster.bindIp(), cluster.bindPort()));
    }

    /** How events are written. */
    public record Log(String level, String format) {}
}
