/**
 * The storage cluster as the operator sees it: calls of the control API, by any datanode that
 * answers.
 */
@NullMarked
package io.xsan.operator.storage;

import org.jspecify.annotations.NullMarked;
