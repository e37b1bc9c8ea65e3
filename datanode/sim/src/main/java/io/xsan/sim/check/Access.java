package io.xsan.sim.check;

/**
 * One read or write of a register, as the host sees it. A write that is sent again is an access of
 * its own for each sending.
 */
public final class Access {
    /** How an access ended. */
    public enum End {
        /** It is under way. */
        NONE,
        /** It took effect once between its begin and its end. */
        DONE,
        /** It took effect at most once, not after its end: an error, or its session is over. */
        MAYBE
    }

    final boolean isWrite;
    long value;
    End end = End.NONE;

    private Access(boolean isWrite, long value) {
        this.isWrite = isWrite;
        this.value = value;
    }

    /** A write of {@code value}; 0 is zeros. May be shared by all registers that it covers. */
    public static Access write(long value) {
        return new Access(true, value);
    }

    /** A read, of one register. */
    public static Access read() {
        return new Access(false, 0);
    }

    /** Ends the access; a register's history is told next. */
    public Access ended(End how) {
        end = how;
        return this;
    }

    /** Ends a read with what it returned. */
    public Access returned(long itsValue) {
        value = itsValue;
        return ended(End.DONE);
    }

    /** The value written or read. */
    public long value() {
        return value;
    }

    @Override
    public String toString() {
        return (isWrite ? "write " : "read ") + value + (end == End.DONE ? "" : " " + end);
    }
}
