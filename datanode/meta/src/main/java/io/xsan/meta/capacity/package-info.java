/** How much the cluster can hold: one function, for decisions, status and warnings alike. */
@NullMarked
package io.xsan.meta.capacity;

import org.jspecify.annotations.NullMarked;
