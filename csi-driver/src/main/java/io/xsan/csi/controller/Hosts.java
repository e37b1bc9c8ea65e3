package io.xsan.csi.controller;

import java.io.IOException;
import java.util.Set;

/** Which hosts there are. */
public interface Hosts {
    /**
     * Whether there is a host of that name.
     *
     * @throws IOException if that cannot be found out now
     */
    boolean exists(String host) throws IOException;

    /** The hosts of a list. */
    static Hosts of(Set<String> names) {
        return names::contains;
    }
}
