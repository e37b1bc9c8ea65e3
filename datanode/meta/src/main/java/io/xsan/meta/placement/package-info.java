/**
 * Where blocks live: which nodes carry a volume, and which of them carry a block. Pure functions of
 * what the metadata records, the same on every member and in every later version of the program.
 *
 * <pre>
 *   nodes, load --RingSelection--> RingRecord (in the metadata) --BlockPlacement--> nodes of a block
 * </pre>
 *
 * <p>Every change of a result here moves data of existing volumes: golden values in the tests pin
 * them.
 */
@NullMarked
package io.xsan.meta.placement;

import org.jspecify.annotations.NullMarked;
