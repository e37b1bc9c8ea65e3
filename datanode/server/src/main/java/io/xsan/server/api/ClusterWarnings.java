package io.xsan.server.api;

import io.xsan.base.Fullness;
import io.xsan.meta.image.ClusterImage;
import io.xsan.meta.image.NodeRecord;
import io.xsan.protocol.v1.NodeStatus;
import io.xsan.server.config.DatanodeConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What operators are to know of a cluster before it becomes a fault, as sentences. */
final class ClusterWarnings {
    private ClusterWarnings() {}

    /** A sentence for each node whose store is nearly full. */
    static List<String> space(Map<Integer, NodeStatus> statuses) {
        List<String> warnings = new ArrayList<>();
        statuses.forEach((node, status) -> {
            int used = SpaceLimits.usedPercent(status);
            Fullness fullness = Fullness.of(used);
            if (fullness != Fullness.ROOMY) {
                warnings.add(
                        "node " + node + " uses " + used + " % of its store: " + text(fullness));
            }
        });
        return warnings;
    }

    private static String text(Fullness fullness) {
        int percent = fullness.percent();
        return switch (fullness) {
            case ROOMY -> "";
            case WARNED -> "warned from " + percent + " % on";
            case NO_NEW_VOLUMES -> "from " + percent + " % on no new volumes are placed on it";
            case FULL -> "writes that need space are refused";
        };
    }

    /** A sentence for each failure domain with several of the {@code members}, who vote. */
    static List<String> domains(ClusterImage image, List<DatanodeConfig.Member> members) {
        Map<String, List<Integer>> votersByDomain = new TreeMap<>();
        for (NodeRecord node : image.nodes().values()) {
            int number = node.id().value();
            if (members.stream().anyMatch(member -> member.nodeId() == number)) {
                votersByDomain.computeIfAbsent(node.domain(), _ -> new ArrayList<>()).add(number);
            }
        }
        List<String> warnings = new ArrayList<>();
        votersByDomain.forEach((domain, nodes) -> {
            if (nodes.size() > 1) {
                warnings.add(
                        "members "
                                + nodes
                                + " of the metadata group are all in failure domain "
                                + domain
                                + ": its loss takes so many votes");
            }
        });
        return warnings;
    }
}
