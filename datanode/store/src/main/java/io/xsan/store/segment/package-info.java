/**
 * What a store knows of each of its segments: state, age, how much of it is live, who reads it.
 *
 * <pre>
 *   FREE -> OPEN -> SEALED -> FREEING (mark written, not synced) -> FREE
 *                     '-> LOST (damaged or unreadable: kept, never cleaned)
 * </pre>
 */
@NullMarked
package io.xsan.store.segment;

import org.jspecify.annotations.NullMarked;
