/** What the metadata says at one index of its log: immutable, shared between threads. */
@NullMarked
package io.xsan.meta.image;

import org.jspecify.annotations.NullMarked;
