package io.xsan.meta.codec;

/** What bytes turned out to be. */
public sealed interface Decoded<T> {
    /** The value they stand for. */
    record Ok<T>(T value) implements Decoded<T> {}

    /** Not a value; {@code detail} names the field at fault. */
    record Failed<T>(Fault fault, String detail) implements Decoded<T> {}

    /** Why bytes are no value. */
    enum Fault {
        /** Another format. */
        WRONG_MAGIC,
        /** A version that this program does not know. */
        WRONG_VERSION,
        /** A kind that this program does not know. */
        UNKNOWN_KIND,
        /** Length, checksum or padding is wrong. */
        CORRUPT,
        /** A field is out of its range. */
        OUT_OF_RANGE
    }
}
