/**
 * A device in memory that forgets, tears, rots, lies and fails as devices do, from a seed.
 *
 * <pre>
 *   store --Disk--> SimDisk --Delivery--> caller's event queue --> completion
 *                      '- pending writes --sync--> durable;  crash(): a chosen part of them stays
 * </pre>
 *
 * <p>One thread. Knows nothing of what is stored.
 */
@NullMarked
package io.xsan.sim.disk;

import org.jspecify.annotations.NullMarked;
