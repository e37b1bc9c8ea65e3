/**
 * Whose volumes are taken over, and by whom (rule 6): what the leader of the metadata finds by its
 * image, its table of leases and its clock. It decides nothing: the command that it proposes does.
 *
 * <pre>
 *   owner without a lease --plan--> TakeOver(volume, epoch, from, to) --log--> new owner
 *      --GrantEpoch, as soon as the table of leases allows it--> engine
 * </pre>
 *
 * <p>Knows no clock, threads or network.
 */
@NullMarked
package io.xsan.meta.takeover;

import org.jspecify.annotations.NullMarked;
