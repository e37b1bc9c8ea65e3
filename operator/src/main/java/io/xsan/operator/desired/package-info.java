/**
 * What shall be in Kubernetes for a cluster: objects made from templates and the {@code
 * XsanCluster}, without asking or changing anything. The same input gives the same objects.
 */
@NullMarked
package io.xsan.operator.desired;

import org.jspecify.annotations.NullMarked;
