package io.xsan.server.demo;

import io.xsan.server.cli.Sizes;
import java.util.Locale;

/** The verdict. */
record Summary(Measures measures, Observer observer, boolean isInSync, long longestStallMillis) {
    /** Prints it; true if nothing was lost, nothing failed, and all components are in sync. */
    boolean print() {
        long writes = measures.writes.sum();
        long lost = measures.pagesLost.sum();
        long errors = measures.errors.sum();
        System.out.println();
        line("Writes acknowledged", "%,d (%s)", writes, Sizes.text(measures.writtenBytes.sum()));
        line("Reads verified", "%,d", measures.reads.sum());
        line("Pages read back", "%,d", measures.pagesVerified.sum());
        line("Pages lost", "%,d", lost);
        line("I/O errors", "%,d", errors);
        line("Longest stall", "%,d ms", longestStallMillis);
        line("Resynced", "%s", Sizes.text(observer.resyncedBytes()));
        measures.troubles().forEach(trouble -> line("Trouble", "%s", trouble));
        boolean isGood = lost == 0 && errors == 0 && writes > 0 && isInSync;
        System.out.println(isGood ? "\nNothing was lost." : "\nFAILED.");
        return isGood;
    }

    private static void line(String name, String format, Object... values) {
        System.out.printf("%-20s %s%n", name, String.format(Locale.ROOT, format, values));
    }
}
