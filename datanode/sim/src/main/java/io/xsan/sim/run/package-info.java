/**
 * Runs: a seed becomes a scenario (cluster, I/O, faults), the scenario a run with a verdict, and a
 * failed run a smaller scenario that still fails.
 *
 * <pre>
 *   seed --Scenarios--> Scenario --Run--> Verdict --Shrinker--> smaller Scenario
 * </pre>
 */
@NullMarked
package io.xsan.sim.run;

import org.jspecify.annotations.NullMarked;
