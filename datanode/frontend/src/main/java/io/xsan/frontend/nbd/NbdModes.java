package io.xsan.frontend.nbd;

/** What a client has negotiated before it starts its requests. */
record NbdModes(boolean isStructured, boolean isExtended, boolean hasAllocation) {
    /** What every client starts with. */
    static final NbdModes SIMPLE = new NbdModes(false, false, false);

    NbdModes withStructured() {
        return new NbdModes(true, isExtended, hasAllocation);
    }

    NbdModes withExtended() {
        return new NbdModes(true, true, hasAllocation);
    }

    NbdModes withAllocation(boolean selected) {
        return new NbdModes(isStructured, isExtended, selected);
    }

    /** The flags of an export in these modes. */
    int transmissionFlags(boolean isReadOnly) {
        int flags =
                NbdLayout.FLAG_HAS_FLAGS
                        | NbdLayout.FLAG_SEND_FLUSH
                        | NbdLayout.FLAG_SEND_FUA
                        | NbdLayout.FLAG_SEND_CACHE
                        | NbdLayout.FLAG_CAN_MULTI_CONN;
        if (isStructured) {
            flags |= NbdLayout.FLAG_SEND_DF;
        }
        return flags
                | (isReadOnly
                        ? NbdLayout.FLAG_READ_ONLY
                        : NbdLayout.FLAG_SEND_TRIM
                                | NbdLayout.FLAG_SEND_WRITE_ZEROES
                                | NbdLayout.FLAG_SEND_FAST_ZERO);
    }
}
