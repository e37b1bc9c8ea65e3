/**
 * Who has a port of this host: a datanode that cannot start says so, instead of a library's
 * "address already in use". Reads /proc; no thread of its own.
 */
@NullMarked
package io.xsan.server.ports;

import org.jspecify.annotations.NullMarked;
