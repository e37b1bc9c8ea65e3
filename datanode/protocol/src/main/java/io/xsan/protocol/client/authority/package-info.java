/**
 * The certificate authority of a cluster, for whoever sets one up: the demo, the operator, tests.
 * It needs Bouncy Castle, which those bring; clients of the API do not.
 */
@NullMarked
package io.xsan.protocol.client.authority;

import org.jspecify.annotations.NullMarked;
