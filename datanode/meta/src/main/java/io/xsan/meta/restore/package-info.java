/**
 * The state that a new metadata group begins with when the old one is lost for good.
 *
 * <pre>
 *   backup, or what a survivor has --Refounding--> image of a new group
 * </pre>
 *
 * What was true may have changed after the state that is left, and nobody knows how. So everything
 * that could be mistaken for newer or older jumps ahead, and no component is believed to be in-sync
 * before it was compared. Pure functions; knows nothing of files or of Raft.
 */
@NullMarked
package io.xsan.meta.restore;

import org.jspecify.annotations.NullMarked;
