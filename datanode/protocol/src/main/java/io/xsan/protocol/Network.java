package io.xsan.protocol;

import io.xsan.base.memory.PageBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The seam to the peers: frames between the shards of datanodes. Frames to one node arrive in order
 * or the link breaks; a broken link loses any suffix of what was sent, and is made again by itself.
 * A node reaches itself too, in order and without loss.
 */
public interface Network {
    /** What the shard gets. All calls come on the shard, never from inside {@link Network#send}. */
    interface Receiver {
        /**
         * A frame whose checksums and cluster were verified. {@code header} and {@code body} are
         * borrowed: the body starts at byte 0 of {@code body} (null if none), page checksums set;
         * retain it to keep it.
         */
        void onFrame(int fromNode, FrameHeader header, @Nullable PageBuffer body);

        /** A link to {@code node} stands; {@code incarnation} is the life of the process there. */
        void onLinkUp(int node, long incarnation);

        /** The link to {@code node} is gone, with every answer not received yet. */
        void onLinkDown(int node);
    }

    /**
     * Queues a frame; it leaves at the end of the turn. {@code header} is copied before return;
     * cluster, source and (if 0) incarnation are filled in by the network. For data kinds {@code
     * body} gives {@code header.lengthBytes} bytes from {@code bodyOffsetBytes} (whole pages, page
     * checksums set); for byte kinds {@code bodyBytes} of {@code header}. The network retains
     * {@code body} as long as it needs it. Without a link the frame is dropped: the caller has been
     * or will be told by onLinkDown.
     */
    void send(int node, FrameHeader header, @Nullable PageBuffer body, int bodyOffsetBytes);

    /** True while a link to {@code node} stands. Always true for the node itself. */
    boolean isUp(int node);
}
