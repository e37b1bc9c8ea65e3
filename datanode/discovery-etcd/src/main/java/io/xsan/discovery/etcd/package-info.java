/**
 * Finds the datanodes of a cluster by etcd: registers one under a lease, and keeps the list that
 * datanodes with discovery mode {@code etcd} read. A program of its own, so that nothing of etcd is
 * in a datanode.
 *
 * <pre>
 *   Registration --put under a lease--> etcd --range--> MemberList --> FILE --> datanode
 * </pre>
 *
 * <p>What it finds are places to ask, nothing more: a datanode believes only who proves to be of
 * its cluster by a certificate.
 */
@NullMarked
package io.xsan.discovery.etcd;

import org.jspecify.annotations.NullMarked;
