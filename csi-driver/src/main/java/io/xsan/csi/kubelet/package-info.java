/** What the kubelet wants of a plugin besides CSI: its registration, and a liveness probe. */
@NullMarked
package io.xsan.csi.kubelet;

import org.jspecify.annotations.NullMarked;
