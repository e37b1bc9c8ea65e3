/**
 * Leases of datanodes (rule 5): while a datanode's lease holds, its engines answer reads without
 * asking anybody.
 *
 * <pre>
 *   holder: sent ------------- answered          until = sent + duration - drift
 *   leader:        answers ----------------------->  expires = answered + duration + drift
 * </pre>
 *
 * <p>The holder counts from earlier and for shorter than the leader, so what the leader takes away
 * after expiry is no longer used. State machines without clocks: time comes with each call, in
 * nanoseconds that run on in suspend.
 */
@NullMarked
package io.xsan.meta.lease;

import org.jspecify.annotations.NullMarked;
