/**
 * A world in which time, order and chance come from one seed: an event queue in virtual time, named
 * streams of random numbers, lanes that stand for single-threaded processes, and a hash over all
 * that happened.
 *
 * <pre>
 *   SimRandom (seed, name) --> delays, faults, data
 *   SimLane.post --> SimWorld queue --(virtual time)--> SimLane runs it, unless killed or paused
 * </pre>
 *
 * <p>One thread per world; worlds share nothing, so many run side by side. Knows nothing of
 * storage.
 */
@NullMarked
package io.xsan.sim.world;

import org.jspecify.annotations.NullMarked;
