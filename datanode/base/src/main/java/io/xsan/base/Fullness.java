package io.xsan.base;

/**
 * How full a store is: what follows when its use, in percent of what is usable, reaches a limit.
 */
public enum Fullness {
    /** Nothing follows. */
    ROOMY(0),

    /** Operators are warned. */
    WARNED(75),

    /** No component of a new volume is placed on it. */
    NO_NEW_VOLUMES(85),

    /**
     * Writes of hosts that need more space are refused; the rest is for what may not be refused.
     */
    FULL(95);

    private final int percent;

    Fullness(int percent) {
        this.percent = percent;
    }

    /** The use from which on this holds. */
    public int percent() {
        return percent;
    }

    /** What holds at a use of {@code usedPercent}. */
    public static Fullness of(int usedPercent) {
        Fullness found = ROOMY;
        for (Fullness fullness : values()) {
            if (usedPercent >= fullness.percent) {
                found = fullness;
            }
        }
        return found;
    }
}
