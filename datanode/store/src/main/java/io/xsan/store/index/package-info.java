/**
 * The map of a component: (layer, block, page) to the newest extent, in primitive arrays. Rebuilt
 * from the segments at each start; applying records in any order gives the same map.
 *
 * <p>Knows places, versions and checksums; not devices, segments or operations.
 */
@NullMarked
package io.xsan.store.index;

import org.jspecify.annotations.NullMarked;
