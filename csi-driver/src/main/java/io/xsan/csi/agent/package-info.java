/** The host's agent as the node service uses it: it makes the devices and serves their I/O. */
@NullMarked
package io.xsan.csi.agent;

import org.jspecify.annotations.NullMarked;
