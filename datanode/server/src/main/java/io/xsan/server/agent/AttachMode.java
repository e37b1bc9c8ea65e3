package io.xsan.server.agent;

import java.io.IOException;
import java.util.Optional;

/**
 * A way in which volumes become block devices of this host's kernel. The first process of the agent
 * (the holder) makes devices and keeps their descriptors; the worker answers their requests.
 *
 * <pre>
 *   holder                                   worker
 *   prepare: descriptor ---- taken by -----> serve: requests are answered from here on
 *   HeldDevice.open: block device
 *   (the worker ends; renew)  -------------> serve again, resumed
 *   HeldDevice.close
 * </pre>
 */
interface AttachMode {
    /** Its name, as in configurations and status: {@code fuse}, {@code nbd}. */
    String name();

    /** Why this host cannot attach in this way, as a sentence for people; empty if it can. */
    Optional<String> obstacle();

    /**
     * True if requests that a worker took and did not answer before it died are asked again by the
     * kernel; where not, a worker is replaced only when it has answered all.
     */
    boolean survivesCrash();

    /**
     * Holder: makes the descriptor that a worker shall serve. May block for a moment.
     *
     * @throws IOException with what failed, and nothing is left behind
     */
    HeldDevice prepare(DeviceOrder order) throws IOException;

    /**
     * Holder: takes over a device that an earlier holder made. {@code descriptor} is a duplicate in
     * this process of the one that the worker serves, {@code block} the block device.
     *
     * @throws IOException if the device is not there any more
     */
    HeldDevice adopt(DeviceOrder order, int descriptor, String block) throws IOException;

    /**
     * Holder: takes away what is left of a device whose descriptors are all gone.
     *
     * @throws IOException if something still uses it
     */
    void clear(DeviceOrder order, String block) throws IOException;

    /**
     * Worker: makes what answers the requests that come from {@code descriptor}, which it owns from
     * now on. {@code onGone} runs on the loop once the kernel has ended the device.
     */
    ServedDevice open(int descriptor, Workbench bench, Runnable onGone);
}
