/**
 * Judges what hosts saw: whether the history of each register (a page, or a sector) of a volume is
 * that of one register, and whether bytes read are bytes that were written there.
 *
 * <p>Judges from outside: knows nothing of epochs, versions or components.
 */
@NullMarked
package io.xsan.sim.check;

import org.jspecify.annotations.NullMarked;
