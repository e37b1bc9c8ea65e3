/** Where events are written: one line each, to standard error. */
@NullMarked
package io.xsan.server.log;

import org.jspecify.annotations.NullMarked;
