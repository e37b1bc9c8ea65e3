/**
 * Bytes of the block store on a device: superblock, groups of records, segment summaries, free
 * marks and component descriptors.
 *
 * <pre>
 *   device:   superblock | unused to 1 MiB | segment 0 | segment 1 | ... | superblock
 *   segment:  group | group | ... | unused | summary (copies of all record headers, trailer)
 *   group:    header page(s): group header, record headers, checksum | payload pages
 * </pre>
 *
 * <p>Layouts only: no I/O, no state. Little-endian, checksums CRC-32C, padding zero.
 */
@NullMarked
package io.xsan.store.format;

import org.jspecify.annotations.NullMarked;
