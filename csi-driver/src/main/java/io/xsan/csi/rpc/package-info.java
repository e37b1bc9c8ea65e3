/**
 * How calls are served: the socket, one call at a time per volume, errors, checks that all calls
 * share.
 */
@NullMarked
package io.xsan.csi.rpc;

import org.jspecify.annotations.NullMarked;
