package io.xsan.operator.reconcile;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeAddress;
import io.xsan.crds.StorageSpec;
import io.xsan.operator.identity.Candidate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Which nodes of Kubernetes shall store data, which there are at all, and what is wrong with some.
 */
record Candidates(List<Candidate> wanted, Set<String> exist, List<String> problems) {
    static Candidates of(StorageSpec storage, List<Node> nodes) {
        List<Candidate> wanted = new ArrayList<>();
        List<String> problems = new ArrayList<>();
        Set<String> exist = new TreeSet<>();
        for (Node node : nodes) {
            String name = node.getMetadata().getName();
            exist.add(name);
            if (isWanted(storage, node)) {
                String address = address(node);
                if (address.isEmpty()) {
                    problems.add("node " + name + " has no InternalIP");
                } else {
                    String domain = labels(node).getOrDefault(storage.failureDomainLabel(), name);
                    wanted.add(new Candidate(name, address, domain));
                }
            }
        }
        for (String name : storage.nodeNames()) {
            if (!exist.contains(name)) {
                problems.add("there is no node " + name);
            }
        }
        return new Candidates(wanted, exist, problems);
    }

    private static boolean isWanted(StorageSpec storage, Node node) {
        return storage.nodeNames().isEmpty()
                ? labels(node).entrySet().containsAll(storage.nodeSelector().entrySet())
                : storage.nodeNames().contains(node.getMetadata().getName());
    }

    private static Map<String, String> labels(Node node) {
        Map<String, String> labels = node.getMetadata().getLabels();
        return labels == null ? Map.of() : labels;
    }

    private static String address(Node node) {
        if (node.getStatus() == null) {
            return "";
        }
        return node.getStatus().getAddresses().stream()
                .filter(each -> each.getType().equals("InternalIP"))
                .map(NodeAddress::getAddress)
                .findFirst()
                .orElse("");
    }
}
