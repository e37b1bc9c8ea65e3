/**
 * A small NBD client for the demo's load: blocking sockets, one reader thread for each connection,
 * many requests in flight. It shares no code with the server that it checks.
 */
@NullMarked
package io.xsan.server.demo.nbd;

import org.jspecify.annotations.NullMarked;
