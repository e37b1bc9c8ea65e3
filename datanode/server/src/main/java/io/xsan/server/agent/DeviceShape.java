package io.xsan.server.agent;

/**
 * What a volume's owner says of it: size and logical sector size in bytes, and whether to write.
 */
record DeviceShape(long sizeBytes, int sectorBytes, boolean readOnly) {}
