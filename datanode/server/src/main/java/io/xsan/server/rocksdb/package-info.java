/** The key-value seam over RocksDB. */
@NullMarked
package io.xsan.server.rocksdb;

import org.jspecify.annotations.NullMarked;
