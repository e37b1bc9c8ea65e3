package io.xsan.server.agent;

import io.xsan.base.VolumeId;
import java.nio.file.Path;

/**
 * Which device is wanted: the volume, its size and sector size in bytes, and {@code directory},
 * where the device may keep files of its own (it exists, and is this volume's alone).
 */
record DeviceOrder(
        VolumeId volume, long sizeBytes, int sectorBytes, boolean readOnly, Path directory) {}
