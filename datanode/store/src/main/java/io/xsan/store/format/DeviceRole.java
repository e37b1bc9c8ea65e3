package io.xsan.store.format;

/** What a device serves for. */
public enum DeviceRole {
    /** Fast: takes the writes. */
    CACHE,
    /** Holds what was destaged. */
    CAPACITY
}
