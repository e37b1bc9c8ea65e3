/** Commands to the metadata and their results: what goes into the log and what comes back. */
@NullMarked
package io.xsan.meta.command;

import org.jspecify.annotations.NullMarked;
