/**
 * NBD listeners of a datanode, on a unix socket and on loopback: channels of the shard's loop bound
 * to {@link io.xsan.frontend.nbd.NbdConnection}.
 */
@NullMarked
package io.xsan.server.nbd;

import org.jspecify.annotations.NullMarked;
