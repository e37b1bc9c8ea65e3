/**
 * Counters as Prometheus reads them; docs/METRICS.md lists them. Values are taken as snapshots when
 * they are asked for, so counting costs an increment and nothing more.
 */
@NullMarked
package io.xsan.server.metrics;

import org.jspecify.annotations.NullMarked;
