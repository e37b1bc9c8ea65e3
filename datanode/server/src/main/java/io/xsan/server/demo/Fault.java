package io.xsan.server.demo;

/** What chaos does to a cluster. */
enum Fault {
    KILL("killed", Scope.ONE),
    KILL_OWNER("owner killed", Scope.OWNER),
    KILL_ALL("all killed at once", Scope.ALL),
    STAND_STILL("stands still", Scope.ONE),
    STAND_STILL_OWNER("owner stands still", Scope.OWNER),
    STOP("stopped and started", Scope.ONE),
    ROLLING_RESTART("all restarted in turn", Scope.ALL),
    MOVE("volume moved", Scope.ONE),
    BIT_FLIPS("bits flipped on disk", Scope.ONE),
    NEW_DISK("disk replaced by an empty one", Scope.ONE),
    CUT("cut off", Scope.ONE),
    CUT_OWNER("owner cut off", Scope.OWNER),
    MUTE("heard by nobody", Scope.ONE),
    MUTE_OWNER("owner heard by nobody", Scope.OWNER),
    SLOW_LINK("slow link", Scope.ONE);

    /** Whom a fault hits. */
    enum Scope {
        ONE,
        OWNER,
        ALL
    }

    /** As reports name it. */
    final String title;

    final Scope scope;

    Fault(String title, Scope scope) {
        this.title = title;
        this.scope = scope;
    }

    /** True for faults of links, for which a {@link Ground} is needed. */
    boolean isOfLinks() {
        return switch (this) {
            case CUT, CUT_OWNER, MUTE, MUTE_OWNER, SLOW_LINK -> true;
            default -> false;
        };
    }

    /** True where a copy of the data is lost: all others must be there, and nothing else happen. */
    boolean costsACopy() {
        return this == BIT_FLIPS || this == NEW_DISK;
    }

    /** True if it may happen while another datanode has a fault of its own. */
    boolean mayOverlap() {
        return scope != Scope.ALL && !costsACopy() && this != MOVE;
    }
}
