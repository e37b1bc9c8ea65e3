package io.xsan.sim.workload;

/** What all hosts of a run did and saw. */
public final class HostStats {
    /** I/Os answered with success. */
    public long done;

    /** I/Os answered with an error that the run allows. */
    public long failed;

    /** Requests sent again over a new session. */
    public long sentAgain;

    /** Sessions that became ready. */
    public long sessions;

    /** Longest time from an I/O's first sending to its answer, nanoseconds. */
    public long longestNanos;

    /** Nothing was done yet. */
    public HostStats() {}
}
