/**
 * What a store knows of each of its segments: state, age, how much of it is live, who reads it.
 *
 * <pre>
 *   FREE -> OPEN -> SEALED -> FREEING (mark written, not synced) -> FREE
 *                     |          '- cleaned, once no component is damaged any more
 *                     '-> LOST --' (damaged or unreadable: kept)
 * </pre>
 */
@NullMarked
package io.xsan.store.segment;

import org.jspecify.annotations.NullMarked;
