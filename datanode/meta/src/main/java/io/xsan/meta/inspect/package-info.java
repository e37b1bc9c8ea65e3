/** The formats of the metadata as text, for {@code xsan-inspect raftlog}. */
@NullMarked
package io.xsan.meta.inspect;

import org.jspecify.annotations.NullMarked;
