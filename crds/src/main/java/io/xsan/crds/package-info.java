/**
 * The custom resources of XSAN, {@code xsan.io/v1alpha1}, as records: what a user asks for (spec)
 * and what is (status).
 *
 * <p>The schemas in {@code charts/xsan/crds} are generated from these types; a test holds both
 * equal. Defaults are given twice, as the API server's ({@code @Default}) and in the constructors,
 * for readers of objects that never went through a server; such records are null-unmarked, since
 * their constructors are called with nulls. What is refused, and with which words, stands at the
 * fields; only the API server judges it.
 */
@NullMarked
package io.xsan.crds;

import org.jspecify.annotations.NullMarked;
