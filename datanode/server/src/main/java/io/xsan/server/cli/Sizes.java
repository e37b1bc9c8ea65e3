package io.xsan.server.cli;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Sizes with binary units, as people write and read them. */
public final class Sizes {
    /** What {@link #parse} takes, for messages. */
    static final String ALLOWED =
            "a whole number of bytes above 0, written like 4096, 512MiB, 10GiB, 1.5TiB";

    private static final Pattern FORM =
            Pattern.compile("([0-9]{1,18}(?:\\.[0-9]{1,6})?)([A-Za-z]*)");
    private static final String[] UNITS = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};

    private Sizes() {}

    /**
     * The bytes of a text such as {@code 10GiB}; K, M, G, T mean the same as KiB, MiB, GiB, TiB.
     *
     * @throws IllegalArgumentException if it is none; the message says what is allowed
     */
    public static long parse(String text) {
        Matcher parts = FORM.matcher(text.strip());
        if (!parts.matches()) {
            throw new IllegalArgumentException("allowed is " + ALLOWED);
        }
        int power =
                switch (parts.group(2).toLowerCase(Locale.ROOT)) {
                    case "", "b" -> 0;
                    case "k", "kib" -> 1;
                    case "m", "mib" -> 2;
                    case "g", "gib" -> 3;
                    case "t", "tib" -> 4;
                    case "p", "pib" -> 5;
                    default ->
                            throw new IllegalArgumentException(
                                    "allowed units are B, KiB, MiB, GiB, TiB, PiB");
                };
        try {
            long bytes =
                    new BigDecimal(parts.group(1))
                            .multiply(new BigDecimal(1L << (10 * power)))
                            .longValueExact();
            if (bytes > 0) {
                return bytes;
            }
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException("allowed is " + ALLOWED, e);
        }
        throw new IllegalArgumentException("allowed is " + ALLOWED);
    }

    /** Bytes in the largest unit that leaves at least 1, with at most one decimal. */
    public static String text(long bytes) {
        int unit = 0;
        while (unit < UNITS.length - 1 && bytes >= 1L << (10 * (unit + 1))) {
            unit++;
        }
        BigDecimal value =
                new BigDecimal(bytes)
                        .divide(new BigDecimal(1L << (10 * unit)), 1, RoundingMode.HALF_UP);
        if (value.stripTrailingZeros().scale() <= 0) {
            value = value.setScale(0, RoundingMode.UNNECESSARY);
        }
        return value.toPlainString() + " " + UNITS[unit];
    }
}
