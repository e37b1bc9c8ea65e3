/**
 * The operator: wires what {@link io.xsan.operator.reconcile} does to the operator SDK and Quarkus,
 * the only package that sees either. I/O and the CSI driver work while it is down.
 */
@NullMarked
package io.xsan.operator;

import org.jspecify.annotations.NullMarked;
