package io.xsan.server.agent;

import io.xsan.base.VolumeId;
import java.nio.file.Path;

/**
 * Which device is wanted: the volume, and {@code directory}, where the device may keep files of its
 * own (it exists, and is this volume's alone).
 */
record DeviceOrder(VolumeId volume, Path directory) {}
