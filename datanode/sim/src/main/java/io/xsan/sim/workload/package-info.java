/**
 * Hosts that write and read volumes through sessions at their owners, lose their connections, send
 * again what was not answered, and have every answer judged.
 *
 * <pre>
 *   HostOp --> SimHost --HostLink (delay, order, loss)--> HostPort on the node's lane --> VolumeSession
 *                 '--> VolumeHistory (registers)
 * </pre>
 */
@NullMarked
package io.xsan.sim.workload;

import org.jspecify.annotations.NullMarked;
