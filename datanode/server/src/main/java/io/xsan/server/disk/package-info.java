/** Devices of a datanode behind the {@link io.xsan.base.seam.Disk} seam. */
@NullMarked
package io.xsan.server.disk;

import org.jspecify.annotations.NullMarked;
