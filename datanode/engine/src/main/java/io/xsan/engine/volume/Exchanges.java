package io.xsan.engine.volume;

import io.xsan.base.Check;
import org.jspecify.annotations.Nullable;

/** The exchanges under way of one engine, found by the number in their frames. */
final class Exchanges {
    private static final int SLOT_BITS = 16;

    private final @Nullable Exchange[] table;
    private final int[] free;
    private int freeCount;
    private int highWater;
    private long counter;

    Exchanges(int capacity) {
        table = new Exchange[capacity];
        free = new int[capacity];
        for (int i = 0; i < capacity; i++) {
            free[i] = capacity - 1 - i;
        }
        freeCount = capacity;
    }

    /** Gives the exchange a number that was never used before. */
    void begin(Exchange exchange) {
        Check.that(exchange.requestId == 0, "an exchange is listed once");
        Check.that(freeCount > 0, "a slot for every exchange");
        int slot = free[--freeCount];
        highWater = Math.max(highWater, slot + 1);
        table[slot] = exchange;
        exchange.slot = slot;
        exchange.requestId = ++counter << SLOT_BITS | slot;
        exchange.outstanding = 0;
    }

    void end(Exchange exchange) {
        Check.that(exchange.requestId != 0, "an ended exchange was listed");
        table[exchange.slot] = null;
        free[freeCount++] = exchange.slot;
        exchange.requestId = 0;
        exchange.outstanding = 0;
    }

    @Nullable Exchange find(long requestId) {
        int slot = (int) (requestId & ((1 << SLOT_BITS) - 1));
        Exchange exchange = slot < table.length ? table[slot] : null;
        return exchange != null && exchange.requestId == requestId ? exchange : null;
    }

    int freeCount() {
        return freeCount;
    }

    /** Takes the member out of every exchange and tells each. */
    void lose(Member member) {
        for (int slot = 0; slot < highWater; slot++) {
            Exchange exchange = table[slot];
            if (exchange != null && (exchange.outstanding & member.bit) != 0) {
                exchange.outstanding &= ~member.bit;
                exchange.onLost(member);
            }
        }
    }

    /** The engine ends: reads and writes give their memory back. */
    void abandonAll() {
        for (int slot = 0; slot < highWater; slot++) {
            switch (table[slot]) {
                case PageWrite write -> write.abandon();
                case PageRead read -> read.abandon();
                case null, default -> {}
            }
        }
    }

    /** Members that have left a request unanswered since before {@code sinceNanos}. */
    long silent(long sinceNanos) {
        long silent = 0;
        for (int slot = 0; slot < highWater; slot++) {
            Exchange exchange = table[slot];
            if (exchange != null
                    && exchange.outstanding != 0
                    && exchange.sentNanos - sinceNanos < 0) {
                silent |= exchange.outstanding;
            }
        }
        return silent;
    }
}
