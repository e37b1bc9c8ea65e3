/** Tests of the registration in etcd and of the list that is made of it. */
@NullMarked
package io.xsan.discovery.etcd;

import org.jspecify.annotations.NullMarked;
