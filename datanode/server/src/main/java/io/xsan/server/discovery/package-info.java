/**
 * Finds datanodes of a cluster that exists: by a list, by DNS, by the heartbeats of a multicast
 * group, or by a file that another program keeps. Never forms a cluster.
 */
@NullMarked
package io.xsan.server.discovery;

import org.jspecify.annotations.NullMarked;
