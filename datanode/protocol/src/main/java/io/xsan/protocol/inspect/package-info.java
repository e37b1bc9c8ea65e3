/** Frames as text, for {@code xsan-inspect frame}. Bytes in, lines out; one thread. */
@NullMarked
package io.xsan.protocol.inspect;

import org.jspecify.annotations.NullMarked;
