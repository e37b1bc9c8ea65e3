package io.xsan.operator.identity;

/**
 * A datanode: the Kubernetes node that it is on, its number, the address that it is reached at, its
 * failure domain, whether it was in the first metadata group, and what is to become of it.
 */
public record StorageNode(
        String name, int number, String address, String domain, boolean isMember, Future future) {
    /** What is to become of a datanode. */
    public enum Future {
        /** It stays. */
        STAYS,
        /** It is emptied, then stopped. */
        LEAVES,
        /** It is empty and stopped, and to be forgotten. */
        STOPPED
    }

    StorageNode at(String address, String domain) {
        return new StorageNode(name, number, address, domain, isMember, future);
    }

    /** With another future. */
    public StorageNode with(Future other) {
        return new StorageNode(name, number, address, domain, isMember, other);
    }

    /** Whether it is to be there for good. */
    public boolean stays() {
        return future == Future.STAYS;
    }
}
