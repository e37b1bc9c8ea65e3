package io.xsan.server.discovery;

import java.util.List;

/** A way to find datanodes of a cluster that exists. Any of them says who the members are. */
@FunctionalInterface
public interface Discovery extends AutoCloseable {
    /** Where a datanode may be: its {@code bind_port}. */
    record Address(String host, int port) {}

    /** Those found now; may block for a few seconds, may be empty. One thread at a time. */
    List<Address> find();

    @Override
    default void close() {}
}
