package io.xsan.store.format;

/** What a record says. The order is that of the numbers on disk. */
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
    STABLE,
    /** Pages held what no component can read any more: they read as bad. */
    LOST;

    private static final RecordKind[] ALL = values();
    private static final RecordKind[] CONTENTS = {DATA, TRIM, ZERO, LOST};

    /** The kind of a number below {@link #count()}. */
    public static RecordKind of(int number) {
        return ALL[number];
    }

    /** The kind of what the index calls {@code content}. */
    public static RecordKind ofContent(int content) {
        return CONTENTS[content];
    }

    /** True if it says what pages hold. */
    public boolean isOfPages() {
        return this == LOST || ordinal() <= ZERO.ordinal();
    }

    /** What the index calls the content of its pages. */
    public int content() {
        return this == LOST ? CONTENTS.length - 1 : ordinal();
    }

    /** How many kinds there are. */
    public static int count() {
        return ALL.length;
    }
}
