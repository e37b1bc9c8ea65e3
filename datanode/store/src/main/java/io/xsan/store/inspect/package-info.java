/** Text of what stands on a device, for people and golden tests. Reads only. */
@NullMarked
package io.xsan.store.inspect;

import org.jspecify.annotations.NullMarked;
