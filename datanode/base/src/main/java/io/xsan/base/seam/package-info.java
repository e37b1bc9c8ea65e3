/**
 * The seams: all time, chance, disk, key-value storage and consensus come to the core through these
 * interfaces. Production binds the operating system, the simulator a seed; one abstract contract
 * suite runs against both. (The network's seam is {@code io.xsan.protocol.Network}, because it
 * speaks frames.)
 */
@NullMarked
package io.xsan.base.seam;

import org.jspecify.annotations.NullMarked;
