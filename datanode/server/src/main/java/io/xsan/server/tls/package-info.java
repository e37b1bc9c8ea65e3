/**
 * Certificates: the authority that the demo and the operator make for a cluster, and the TLS
 * contexts of a datanode's ports.
 */
@NullMarked
package io.xsan.server.tls;

import org.jspecify.annotations.NullMarked;
