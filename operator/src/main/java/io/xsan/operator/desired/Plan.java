package io.xsan.operator.desired;

import io.xsan.crds.XsanClusterSpec;
import io.xsan.operator.identity.Identity;
import io.xsan.operator.identity.StorageNode;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What objects are made of: what is asked for, who the cluster is, in which namespace, by which
 * release.
 */
public record Plan(XsanClusterSpec spec, Identity identity, String namespace, Release release) {
    private static final int API_OFFSET = 1;
    private static final int HEALTH_OFFSET = 4;

    /** API addresses of the datanodes. */
    public List<String> endpoints() {
        return identity.running().stream()
                .map(node -> hostAndPort(node, spec.network().bindPort() + API_OFFSET))
                .toList();
    }

    private static String hostAndPort(StorageNode node, int port) {
        String address = node.address();
        return (address.contains(":") ? "[" + address + "]" : address) + ":" + port;
    }

    /** The datanode image: what is asked for, unless that is known not to start. */
    public String datanodeImage() {
        String asked = release.datanode(spec.images());
        boolean isBad = asked.equals(identity.badImage()) && !identity.goodImage().isEmpty();
        return isBad ? identity.goodImage() : asked;
    }

    Map<String, String> values() {
        Map<String, String> values = new TreeMap<>();
        values.put("NAMESPACE", namespace);
        values.put("DATANODE_IMAGE", datanodeImage());
        values.put("CSI_IMAGE", release.csiDriver(spec.images()));
        values.put("PROVISIONER_IMAGE", release.provisioner(spec.images()));
        values.put("ATTACHER_IMAGE", release.attacher(spec.images()));
        values.put("RESIZER_IMAGE", release.resizer(spec.images()));
        values.put("PULL_POLICY", spec.images().pullPolicy().name());
        values.put("ENDPOINTS", String.join(",", endpoints()));
        values.put("PORT", Integer.toString(spec.network().bindPort()));
        values.put("API_PORT", Integer.toString(spec.network().bindPort() + API_OFFSET));
        values.put("HEALTH_PORT", Integer.toString(spec.network().bindPort() + HEALTH_OFFSET));
        values.put("KUBELET", spec.attach().kubeletDirectory());
        values.put("DATA_DIR", spec.storage().dataDir());
        return values;
    }

    Map<String, String> values(StorageNode node) {
        Map<String, String> values = values();
        values.put("NUMBER", Integer.toString(node.number()));
        values.put("NODE", node.name());
        return values;
    }
}
