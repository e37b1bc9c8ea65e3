package io.xsan.server.agent;

import io.xsan.engine.VolumeSession;

/** A device of the kernel as the worker serves it. Everything on the loop. */
interface ServedDevice {
    /**
     * Answers requests from {@code session}, which is ready. {@code resumed}: an earlier worker
     * served this device and may have left requests unanswered.
     */
    void serve(VolumeSession session, boolean resumed);

    /** Goes on where memory had run out; once a turn. */
    void onTurnEnd();

    /** Takes no more requests of the kernel, or takes them again; those taken go on. */
    void setPaused(boolean paused);

    /** Requests taken and not answered. */
    int inFlight();

    /** Lets go of the descriptor; requests that are not answered stay so. */
    void close();
}
