/** Crash, fault and space tests of the block store on simulated disks. */
@NullMarked
package io.xsan.sim.store;

import org.jspecify.annotations.NullMarked;
