package io.xsan.server.agent;

import java.io.IOException;

/**
 * A device of the kernel as the holder has it. One thread at a time. Nothing here may wait for
 * requests of the device without a limit: they are held while the volume has no owner.
 */
interface HeldDevice {
    /** The descriptor, of this process, that the worker takes a duplicate of. */
    int descriptor();

    /**
     * Makes the block device and answers its path. A worker serves the descriptor by now.
     *
     * @throws IOException with what failed
     */
    String open(DeviceShape shape) throws IOException;

    /**
     * The worker that served is gone, without notice if {@code crashed}: makes ready what the next
     * one takes, which may be another descriptor.
     */
    int renew(boolean crashed) throws IOException;

    /** Tells the kernel of a new size, which the worker knows already. */
    void resize(long sizeBytes) throws IOException;

    /** True if a mount or another device uses the block device. */
    boolean isBusy() throws IOException;

    /**
     * Ends the device. After {@code timeoutMillis} what it has not answered ends with errors; it is
     * gone on return in any case.
     */
    void close(long timeoutMillis) throws IOException;

    /** Ends all requests with errors at once, those of mounts too; {@link #close} still follows. */
    void abort() throws IOException;
}
