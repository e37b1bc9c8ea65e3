/**
 * How long things took, counted on the thread that does them and told to others as snapshots: one
 * increment per event, no allocation.
 */
@NullMarked
package io.xsan.base.latency;

import org.jspecify.annotations.NullMarked;
