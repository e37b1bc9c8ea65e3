package io.xsan.engine.volume;

/** Finds components that do not answer: reports one that is slow before it fails it. */
final class SilenceWatch {
    private final VolumeEngine engine;

    SilenceWatch(VolumeEngine engine) {
        this.engine = engine;
    }

    /** Looks at what is unanswered; each tick. */
    void look(long nowNanos) {
        long baseNanos = engine.limits().componentTimeoutNanos();
        long slow = engine.exchanges().silent(nowNanos - baseNanos / 2);
        for (Member member : engine.members().all()) {
            boolean isSlow = (slow & member.bit) != 0;
            if (member.patience.onSlow(isSlow)) {
                engine.log().warn("component-slow", "volume", engine.id(), "node", member.node);
            }
            if (isSlow) {
                failIfSilent(member, nowNanos, baseNanos);
            }
        }
    }

    private void failIfSilent(Member member, long nowNanos, long baseNanos) {
        long timeoutNanos = member.patience.timeoutNanos(baseNanos, nowNanos);
        if ((engine.exchanges().silent(nowNanos - timeoutNanos) & member.bit) != 0) {
            member.patience.onSilent(nowNanos);
            engine.onMemberFailed(member, "no answer in time");
        }
    }
}
