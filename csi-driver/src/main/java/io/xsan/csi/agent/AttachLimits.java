package io.xsan.csi.agent;

import io.xsan.protocol.v1.AgentInfo;
import io.xsan.protocol.v1.AttachModeInfo;

/**
 * How many volumes a host takes, by the attach mode that it uses: figures that bound the memory of
 * the agent's worker, which has buffers for requests of each device. The kernels' own limits are
 * far higher.
 */
final class AttachLimits {
    private static final int FUSE = 64;
    private static final int NBD = 128;

    private AttachLimits() {}

    /** That of the best mode that the host can do. */
    static int of(AgentInfo agent) {
        for (AttachModeInfo mode : agent.getModesList()) {
            if (mode.getObstacle().isEmpty()) {
                return mode.getName().equals("nbd") ? NBD : FUSE;
            }
        }
        return FUSE;
    }
}
