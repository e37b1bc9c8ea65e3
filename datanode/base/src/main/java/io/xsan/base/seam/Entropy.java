package io.xsan.base.seam;

/** Chance. */
public interface Entropy {
    /** 64 random bits; from the operating system's secure source in production. Any thread. */
    long nextLong();

    /** A random number from 1 to {@code Long.MAX_VALUE}: an id. */
    default long nextId() {
        long id;
        do {
            id = nextLong() & Long.MAX_VALUE;
        } while (id == 0);
        return id;
    }
}
