/** The control API of a datanode: {@code xsan.v1} over gRPC and TLS, and health over HTTP. */
@NullMarked
package io.xsan.server.api;

import org.jspecify.annotations.NullMarked;
