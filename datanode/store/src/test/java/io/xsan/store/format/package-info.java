/** Golden files and fuzz targets of the store's formats. */
@org.jspecify.annotations.NullMarked
package io.xsan.store.format;
