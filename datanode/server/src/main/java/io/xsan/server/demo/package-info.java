/**
 * {@code xsan demo}: a cluster of three datanodes as processes of this host, a verified load on a
 * volume of it, the end of a datanode by SIGKILL and its return, and the proof that nothing was
 * lost.
 *
 * <pre>
 *   Demo -- Site       directory, addresses, certificates, configurations
 *        -- Datanodes  processes
 *        -- Control    calls of the control API
 *        -- Load       lanes over NBD connections, each with pages of its own
 *        -- Picture    what the terminal shows, from Measures and Observer
 * </pre>
 */
@NullMarked
package io.xsan.server.demo;

import org.jspecify.annotations.NullMarked;
