/** Who this driver is. */
@NullMarked
package io.xsan.csi.identity;

import org.jspecify.annotations.NullMarked;
