package io.xsan.base;

/** A datanode of a cluster: a number from 1 to 65535, given by its configuration. */
public record NodeId(int value) implements Comparable<NodeId> {
    /** Largest node number. */
    public static final int MAX = 65535;

    /** Checks the range. */
    public NodeId {
        Check.that(value >= 1 && value <= MAX, "node id in 1..65535", value);
    }

    @Override
    public int compareTo(NodeId other) {
        return Integer.compare(value, other.value);
    }

    @Override
    public String toString() {
        return Integer.toString(value);
    }
}
