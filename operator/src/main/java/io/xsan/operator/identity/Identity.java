package io.xsan.operator.identity;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * What a cluster keeps for its whole life: its id, the uid of the object that stands for it now,
 * the next number of a datanode (numbers are never used twice), the datanodes, the datanode image
 * that last ran on all of them, and one that did not start and was taken back; both empty at first.
 */
public record Identity(
        String clusterId,
        String ownerUid,
        int nextNumber,
        List<StorageNode> nodes,
        String goodImage,
        String badImage) {
    /** Copies the list. */
    public Identity {
        nodes = List.copyOf(nodes);
    }

    /** A cluster without nodes. */
    public static Identity create(String clusterId, String ownerUid) {
        return new Identity(clusterId, ownerUid, 1, List.of(), "", "");
    }

    /** The same cluster, which another object stands for. */
    public Identity adoptedBy(String uid) {
        return new Identity(clusterId, uid, nextNumber, nodes, goodImage, badImage);
    }

    /** With the images that are known to work and not to. */
    public Identity withImages(String good, String bad) {
        return new Identity(clusterId, ownerUid, nextNumber, nodes, good, bad);
    }

    /** Without the node of this number. */
    public Identity without(int number) {
        return withNodes(
                nextNumber, nodes.stream().filter(node -> node.number() != number).toList());
    }

    /** With this node in place of the one of its number. */
    public Identity with(StorageNode changed) {
        return withNodes(
                nextNumber,
                nodes.stream()
                        .map(node -> node.number() == changed.number() ? changed : node)
                        .toList());
    }

    private Identity withNodes(int next, List<StorageNode> changed) {
        return new Identity(clusterId, ownerUid, next, changed, goodImage, badImage);
    }

    /** Members of the metadata group as it was formed. */
    public List<StorageNode> members() {
        return nodes.stream().filter(StorageNode::isMember).toList();
    }

    /** Nodes that run, those that are to leave too. */
    public List<StorageNode> running() {
        return nodes.stream().filter(node -> node.future() != StorageNode.Future.STOPPED).toList();
    }

    /** The node of that Kubernetes name. */
    public Optional<StorageNode> node(String name) {
        return nodes.stream().filter(node -> node.name().equals(name)).findFirst();
    }

    /** The Kubernetes node of a datanode; its number where that is not known. */
    public String nameOf(int number) {
        return nodes.stream()
                .filter(node -> node.number() == number)
                .map(StorageNode::name)
                .findFirst()
                .orElse(Integer.toString(number));
    }

    /**
     * What the nodes shall be: {@code wanted} ones join, those that {@code exist} in Kubernetes but
     * are not wanted leave. One that is not wanted because Kubernetes does not know it stays:
     * nothing is ever emptied because an object is missing. The first time there are {@code
     * members} of the metadata group, from as many failure domains as there are.
     */
    public Identity adjusted(List<Candidate> wanted, Set<String> exist, int members) {
        Map<String, Candidate> byName = new TreeMap<>();
        wanted.forEach(candidate -> byName.put(candidate.name(), candidate));
        List<StorageNode> adjusted = new ArrayList<>();
        for (StorageNode node : nodes) {
            Candidate candidate = byName.remove(node.name());
            if (candidate != null) {
                adjusted.add(
                        node.at(candidate.address(), candidate.domain())
                                .with(StorageNode.Future.STAYS));
            } else if (node.stays() && exist.contains(node.name())) {
                adjusted.add(node.with(StorageNode.Future.LEAVES));
            } else {
                adjusted.add(node);
            }
        }
        Set<String> first = nodes.isEmpty() ? spread(byName, members) : Set.of();
        int next = nextNumber;
        for (Candidate candidate : byName.values()) {
            adjusted.add(
                    new StorageNode(
                            candidate.name(),
                            next++,
                            candidate.address(),
                            candidate.domain(),
                            first.contains(candidate.name()),
                            StorageNode.Future.STAYS));
        }
        return withNodes(next, adjusted);
    }

    private static Set<String> spread(Map<String, Candidate> candidates, int count) {
        Set<String> chosen = new LinkedHashSet<>();
        while (chosen.size() < Math.min(count, candidates.size())) {
            Set<String> domains = new LinkedHashSet<>();
            for (Candidate candidate : candidates.values()) {
                if (chosen.size() < count
                        && !chosen.contains(candidate.name())
                        && domains.add(candidate.domain())) {
                    chosen.add(candidate.name());
                }
            }
        }
        return chosen;
    }
}
