package io.xsan.operator.desired;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.xsan.crds.AttachSpec;
import io.xsan.crds.DeviceSpec;
import io.xsan.crds.NetworkSpec;
import io.xsan.operator.identity.StorageNode;
import java.util.List;
import java.util.Locale;

/** The JSON files that datanodes, agents and the {@code xsan} command read. */
public final class Configs {
    private static final String TLS = "/etc/xsan-tls/";
    private static final int MILLIS_PER_SECOND = 1000;
    private static final ObjectMapper JSON = new ObjectMapper();

    private Configs() {}

    static String datanode(Plan plan, StorageNode node) {
        ObjectNode json = JSON.createObjectNode();
        json.putObject("cluster")
                .put("cluster_id", plan.identity().clusterId())
                .put("node_id", node.number())
                .put("bind_ip", node.address())
                .put("bind_port", plan.spec().network().bindPort())
                .put("data_dir", plan.spec().storage().dataDir())
                .put("failure_domain", node.domain());
        ObjectNode storage = json.putObject("storage");
        ArrayNode devices = storage.putArray("devices");
        plan.spec().storage().devices().forEach(device -> device(devices.addObject(), device));
        storage.put("default_replica_count", plan.spec().volumes().replicas());
        network(json.putObject("network"), plan.spec().network());
        ArrayNode members = json.putArray("members");
        for (StorageNode member : plan.identity().members()) {
            members.addObject()
                    .put("node_id", member.number())
                    .put("host", member.address())
                    .put("port", plan.spec().network().bindPort());
        }
        identity(json, "node").put("heartbeat_key", TLS + "heartbeat.key");
        return json.toPrettyString();
    }

    private static void device(ObjectNode json, DeviceSpec device) {
        json.put("path", device.path())
                .put("type", lower(device.type()))
                .put("role", lower(device.role()));
        if (device.kind() == DeviceSpec.Kind.DIRECTORY) {
            json.put("size", device.size() + "B");
        }
    }

    private static void network(ObjectNode json, NetworkSpec network) {
        json.put("heartbeat_interval", network.heartbeatIntervalMillis())
                .put("election_timeout", network.electionTimeoutMillis())
                .put("max_connections", network.maxConnections())
                .put("encryption", lower(network.encryption()));
    }

    static String agent(Plan plan) {
        ObjectNode json = JSON.createObjectNode();
        ObjectNode cluster =
                json.putObject("cluster").put("cluster_id", plan.identity().clusterId());
        plan.endpoints().forEach(cluster.putArray("endpoints")::add);
        json.putObject("host")
                .put("state_dir", "/var/lib/xsan/agent")
                .put("socket", "/run/xsan/agent.sock");
        AttachSpec attach = plan.spec().attach();
        ObjectNode attaching = json.putObject("attach");
        ArrayNode modes = attaching.putArray("modes");
        attach.modes().forEach(mode -> modes.add(lower(mode)));
        attaching.put("io_hold_timeout", attach.ioHoldTimeoutSeconds() * MILLIS_PER_SECOND);
        identity(json, "agent");
        return json.toPrettyString();
    }

    /** The file {@code client.json} of the {@code xsan} command. */
    public static String client(List<String> endpoints) {
        ObjectNode json = JSON.createObjectNode();
        endpoints.forEach(json.putArray("endpoints")::add);
        return json.put("authority", "ca.crt")
                .put("certificate", "admin.crt")
                .put("key", "admin.key")
                .toPrettyString();
    }

    private static ObjectNode identity(ObjectNode json, String role) {
        return json.putObject("tls")
                .put("authority", TLS + "ca.crt")
                .put("certificate", TLS + role + ".crt")
                .put("key", TLS + role + ".key");
    }

    private static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
