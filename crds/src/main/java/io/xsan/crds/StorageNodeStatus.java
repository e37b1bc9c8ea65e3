package io.xsan.crds;

/**
 * A storage node: its Kubernetes name, its number in the cluster, its address, whether it is a
 * member of the metadata group, and what it does, in a sentence.
 */
public record StorageNodeStatus(
        String name, Integer id, String address, Boolean member, Boolean ready, String message) {}
