package io.xsan.store;

/**
 * What the store knows of one component: a live view, owned by the store, read on its shard. Valid
 * until the component is dropped.
 */
public interface StoreComponent {
    /** What it is of. */
    ComponentDescriptor descriptor();

    /** Id of the store that it is on, made at format: another drive has another. Positive. */
    long storeId();

    /** True if its device has failed: every op on it is answered DEVICE_FAILED from now on. */
    boolean isDeviceFailed();

    /** Highest epoch persisted. */
    int epoch();

    /** Highest stable version it was told. */
    long stable();

    /** Highest version of any extent or tombstone. */
    long newestVersion();

    /** Bytes of pages mapped. */
    long mappedBytes();

    /**
     * True if recovery found that acknowledged bytes may be missing (damage before the end of the
     * log, or an end of log behind what it had acked): it must be resynced as stale since 0.
     */
    boolean isDamaged();
}
