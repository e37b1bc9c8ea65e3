/**
 * What goes in and out of a shard, counted on its loop and told as immutable snapshots. Knows
 * neither sockets nor loops, so that both may count.
 */
@NullMarked
package io.xsan.server.traffic;

import org.jspecify.annotations.NullMarked;
