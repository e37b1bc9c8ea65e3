package io.xsan.frontend.nbd;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Which metadata contexts of an export are asked for; there is one, base:allocation. */
record NbdContextQuery(String export, boolean hasAllocation) {
    /** Reads name, count and queries; null if they are not exactly that. */
    static @Nullable NbdContextQuery parse(ByteBuffer data, boolean isSet) {
        String export = NbdNames.take(data);
        if (export == null || data.remaining() < Integer.BYTES) {
            return null;
        }
        long queries = data.getInt() & 0xffffffffL;
        boolean hasAllocation = queries == 0 && !isSet;
        for (long i = 0; i < queries; i++) {
            String query = NbdNames.take(data);
            if (query == null) {
                return null;
            }
            hasAllocation |= matches(query, isSet);
        }
        return data.hasRemaining() ? null : new NbdContextQuery(export, hasAllocation);
    }

    /** A list may name a whole namespace; a choice names contexts. */
    private static boolean matches(String query, boolean isSet) {
        return query.equals(NbdLayout.ALLOCATION_CONTEXT) || (!isSet && query.equals("base:"));
    }
}
