/**
 * The commands of {@code xsan}: arguments in, calls of the control API, tables or JSON out. Errors
 * are one line, and an exit code that {@link io.xsan.server.cli.ExitCodes} derives from the error.
 */
@NullMarked
package io.xsan.server.cli;

import org.jspecify.annotations.NullMarked;
