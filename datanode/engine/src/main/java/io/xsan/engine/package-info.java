/**
 * The engines of volumes and the components that they write to: the data path's state machines.
 *
 * <pre>
 *   front end --VolumeIo--> VolumeEngine --frames by Network--> ComponentHost --ops--> BlockStore
 *                              '-- Command --> MetaPort
 * </pre>
 *
 * <p>{@link io.xsan.engine.Shard} holds all of one shard and is what server and simulator drive.
 */
@NullMarked
package io.xsan.engine;

import org.jspecify.annotations.NullMarked;
