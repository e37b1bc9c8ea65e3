package io.xsan.sim.workload;

import io.xsan.base.ErrorCode;

/** How the requests of a host get to whoever owns its volume, and the answers back. */
interface HostPath {
    /** What the host is told. */
    interface Host {
        /**
         * A new session serves: what was sent before and not answered has happened by now, or never
         * will. {@code isSentAgain}: the path itself sends it again.
         */
        void onSession(boolean isSentAgain);

        /** The session is over; nothing may be sent until the next. */
        void onLost();

        void onResized(long sizeBytes);

        /** {@code values} has one entry per unit of a read that went well. */
        void onAnswer(HostRequest request, ErrorCode status, long[] values);
    }

    /** A volume and the size of its registers. */
    record VolumeUnits(long volume, int unitBytes) {}

    /** Looks for the owner from now on; sessions are numbered from {@code sessionsBefore} on. */
    void start(long sessionsBefore);

    /** The host's process is over: it hears nothing more, and what it had sent may still arrive. */
    void die();

    /** The run is over: gives its memory back. */
    void end();

    /** Sessions asked for so far, in this life of the host and earlier ones. */
    long sessions();

    /** Sends a request; only while a session serves. */
    void transmit(HostRequest request);

    /**
     * The connection breaks, as seen by the host, or ({@code isSilent}) nothing gets through any
     * more and nobody is told.
     */
    void breakLink(boolean isSilent);
}
