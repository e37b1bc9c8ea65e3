package io.xsan.csi;

import java.io.IOException;
import java.util.concurrent.Callable;

/** The moment at which a process is killed: before or after the n-th of its steps. */
public final class KillPoint {
    private final int step;
    private final boolean isBefore;
    private int passed;

    /** The process is gone: no handler catches this. */
    public static final class Killed extends Error {
        private static final long serialVersionUID = 1L;

        Killed(int step) {
            super("killed at step " + step, null, false, false);
        }
    }

    public KillPoint(int step, boolean isBefore) {
        this.step = step;
        this.isBefore = isBefore;
    }

    /** Never. */
    public static KillPoint never() {
        return new KillPoint(Integer.MAX_VALUE, true);
    }

    /** Takes one step, and is killed before or after it if it is the one. */
    public <T> T step(Callable<T> work) throws IOException {
        passed++;
        if (passed == step && isBefore) {
            throw new Killed(step);
        }
        T result;
        try {
            result = work.call();
        } catch (IOException | RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IOException(e);
        }
        if (passed == step) {
            throw new Killed(step);
        }
        return result;
    }
}
