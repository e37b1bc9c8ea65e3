/**
 * What becomes of a command: pure functions from image and command to result and next image, one
 * class per kind of record.
 *
 * <pre>
 *   (ClusterImage, Command) --Decider--> ...Rules --Draft--> Decision (Result, changed records, image)
 * </pre>
 *
 * <p>Deterministic: no clock, no chance, no dependence on the member that decides.
 */
@NullMarked
package io.xsan.meta.decide;

import org.jspecify.annotations.NullMarked;
