/**
 * The components of this node: the receiving side of replication. Checks identity and epoch of
 * every frame when it is applied, and answers only what is on disk.
 *
 * <pre>
 *   frame --identity, epoch--> op of the store --durable--> answer
 * </pre>
 */
@NullMarked
package io.xsan.engine.component;

import org.jspecify.annotations.NullMarked;
