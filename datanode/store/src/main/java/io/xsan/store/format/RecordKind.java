package io.xsan.store.format;

/** What a record says. The first three are contents of pages, in the order of the index. */
public enum RecordKind {
    /** Pages hold the payload. */
    DATA,
    /** Pages read as zeros; their space is free. */
    TRIM,
    /** Pages read as zeros; their space stays reserved. */
    ZERO,
    /** A component exists; the payload is its descriptor. */
    CREATE,
    /** A component was dropped. */
    DROP,
    /** A component saw this epoch. */
    EPOCH,
    /** A component was told this stable version. */
    STABLE;

    private static final RecordKind[] ALL = values();

    /** The kind of a number below {@link #count()}. */
    public static RecordKind of(int number) {
        return ALL[number];
    }

    /** How many kinds there are. */
    public static int count() {
        return ALL.length;
    }
}
