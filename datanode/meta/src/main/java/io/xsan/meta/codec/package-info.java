/**
 * Bytes of the metadata: entries of the log, their results, records in the key-value store, images.
 * Own compact binary, described in docs/formats/metadata.md and docs/formats/raftlog.md.
 *
 * <p>Decoding takes any bytes and answers with a value or a {@link
 * io.xsan.meta.codec.Decoded.Failed}; it never throws and allocates in proportion to its input.
 */
@NullMarked
package io.xsan.meta.codec;

import org.jspecify.annotations.NullMarked;
