/**
 * How the core tells of events: one line each, a name and key=value pairs, through a {@link
 * io.xsan.base.log.Log} that the wiring passes in.
 */
@NullMarked
package io.xsan.base.log;

import org.jspecify.annotations.NullMarked;
