/**
 * The engine of one volume: all of its I/O goes through here, in one state machine.
 *
 * <pre>
 *   STARTING --epoch granted, components opened, unreachable ones recorded--> EQUALISING
 *   EQUALISING --in-sync components equal above stable--> SERVING
 *   any --fenced, moved, deleted, closed--> ENDED
 *
 *   VolumeSession --> HostIo --range lock--> HostRead, HostWrite --> PageRead, PageWrite --> Member
 *   Resync (one per stale component) --> Copy --> PageRead, PageWrite
 * </pre>
 *
 * <p>{@code Member} is what the engine knows of a component; {@code Exchange} a request to some of
 * them whose answers are counted. Steady I/O allocates nothing: every object of the path comes from
 * a free list.
 */
@NullMarked
package io.xsan.engine.volume;

import org.jspecify.annotations.NullMarked;
