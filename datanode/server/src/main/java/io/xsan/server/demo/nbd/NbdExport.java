package io.xsan.server.demo.nbd;

/** What a server told of an export: its size, and the transmission flags of the NBD protocol. */
public record NbdExport(long sizeBytes, int flags) {
    private static final int MULTI_CONN = 1 << 8;

    /**
     * True if a flush on one connection covers writes that other connections were told are done.
     */
    public boolean canMultiConn() {
        return (flags & MULTI_CONN) != 0;
    }
}
