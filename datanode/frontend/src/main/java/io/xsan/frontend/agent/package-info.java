/**
 * The agent's side of the volume protocol: one volume that stays usable while its owner changes.
 *
 * <pre>
 *   kernel side (FUSE, NBD) --VolumeIo--> AgentVolume --frames--> OwnerLink --> owner
 * </pre>
 *
 * <p>Requests are held while there is no owner and sent again in a new session until they are
 * answered (rule 10). One shard.
 */
@NullMarked
package io.xsan.frontend.agent;

import org.jspecify.annotations.NullMarked;
