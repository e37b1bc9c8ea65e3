package io.xsan.server.traffic;

/** Counts the bytes of all connections of one kind. On the loop. */
public final class TrafficCounter {
    private long receivedBytes;
    private long sentBytes;

    /** Nothing is counted yet. */
    public TrafficCounter() {}

    /** Bytes came in. */
    public void onReceived(long bytes) {
        receivedBytes += bytes;
    }

    /** Bytes go out. */
    public void onSent(long bytes) {
        sentBytes += bytes;
    }

    /** The counts, with the number of connections now. */
    public Traffic snapshot(int connections) {
        return new Traffic(connections, receivedBytes, sentBytes);
    }
}
