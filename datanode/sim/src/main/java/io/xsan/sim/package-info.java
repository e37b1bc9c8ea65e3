/**
 * Whole clusters on one thread, reproducible from a seed: the program {@code xsan sim}.
 *
 * <p>Everything that matters is in the packages below: {@code world} (time, chance), {@code net},
 * {@code disk}, {@code meta} (the surroundings), {@code cluster} (real shards and stores in them),
 * {@code workload}, {@code check} (hosts and judgement) and {@code run} (seeds, faults, verdicts).
 */
@NullMarked
package io.xsan.sim;

import org.jspecify.annotations.NullMarked;
