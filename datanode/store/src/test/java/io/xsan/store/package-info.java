/** Cost of the store's data path. */
@org.jspecify.annotations.NullMarked
package io.xsan.store;
