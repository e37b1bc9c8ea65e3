/**
 * The program of a datanode: where it starts. Everything else is in the packages below: the core's
 * seams over sockets, files and threads.
 *
 * <pre>
 *   Main --> cli (commands) | node (a datanode) | demo
 * </pre>
 */
@NullMarked
package io.xsan.server;

import org.jspecify.annotations.NullMarked;
