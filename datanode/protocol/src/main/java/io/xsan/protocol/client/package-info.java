/**
 * The client of {@code xsan.v1}: what the CLI, the operator, CSI and datanodes call a cluster with.
 */
@NullMarked
package io.xsan.protocol.client;

import org.jspecify.annotations.NullMarked;
