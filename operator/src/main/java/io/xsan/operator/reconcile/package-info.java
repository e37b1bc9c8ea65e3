/**
 * Makes Kubernetes and the storage cluster what an {@code XsanCluster} asks for, one step at a
 * time, and says in conditions what is, and what it waits for.
 *
 * <pre>
 *   XsanCluster --> identity (numbers, certificates) --> desired objects --> server-side apply
 *                                                              |
 *        conditions <-- metadata of the cluster <-- roll out, scale in, delete: one node at a time
 * </pre>
 *
 * Every step can be repeated and is judged by what is, never by what was done before. Data are
 * never deleted because something is missing.
 */
@NullMarked
package io.xsan.operator.reconcile;

import org.jspecify.annotations.NullMarked;
