package io.xsan.engine;

/** One session of an attachment at the engine of a volume (rule 10). Shard only. */
public interface VolumeSession {
    /** What the front end is told. All calls on the shard. */
    interface Listener {
        /** The engine serves this session: I/O may be submitted. Called once, first. */
        void onReady(VolumeSession session);

        /** The volume has grown. */
        void onResized(long sizeBytes);

        /**
         * The session is over (a newer one of its attachment, a detach, a move, the engine's end).
         * Called once, last, also if it was never ready; I/O in the engine is answered before, with
         * its outcome or SESSION_DROPPED.
         */
        void onDropped(io.xsan.base.ErrorCode reason);
    }

    /** Size now, bytes. */
    long sizeBytes();

    /** Logical sector size, 512 or 4096. */
    int sectorBytes();

    /** True if writes are refused with PERMISSION_DENIED. */
    boolean isReadOnly();

    /** Takes one I/O; answered by its onDone, in any order. Ranges are checked: INVALID_PARAM. */
    void submit(VolumeIo io);

    /**
     * Which parts of a range hold data: fills {@code map} with runs of whole pages. Needs no I/O.
     */
    void map(long offsetBytes, long lengthBytes, MapSink sink);

    /** Receives runs in order; lengths add up to the range. */
    interface MapSink {
        /** A run that holds data, or reads as zeros. */
        void run(long lengthBytes, boolean isData);

        /** The end: OK, or why the map is not known. */
        void onMapDone(io.xsan.base.ErrorCode status);
    }

    /** Ends the session; onDropped follows when its I/O in the engine has ended. */
    void close();
}
