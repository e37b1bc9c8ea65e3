/**
 * Who a cluster is: its id, the numbers of its nodes, its certificate authority. This outlives the
 * {@code XsanCluster}, in a ConfigMap and a Secret that nothing owns, because the data on the disks
 * do: a later {@code XsanCluster} that names the id takes both over.
 */
@NullMarked
package io.xsan.operator.identity;

import org.jspecify.annotations.NullMarked;
