package io.xsan.engine.volume;

import io.xsan.base.ErrorCode;
import io.xsan.base.NodeId;
import io.xsan.base.Version;
import io.xsan.base.memory.PageBuffer;
import io.xsan.engine.Bug;
import io.xsan.engine.LinkHistory;
import io.xsan.meta.command.Command;
import io.xsan.meta.command.Result;
import io.xsan.meta.image.ComponentState;
import io.xsan.protocol.FrameHeader;
import io.xsan.protocol.FrameKind;
import org.jspecify.annotations.Nullable;

/**
 * How an engine starts (rule 4): takes an epoch, opens every component that it reaches, records the
 * in-sync ones that it does not reach stale, and waits for that record.
 */
final class Opening {
    private final VolumeEngine engine;
    private final LinkHistory links;
    private final long requestId;
    private long grantedNanos;
    private boolean isAsking;
    private String reason = "waits for an epoch";

    Opening(VolumeEngine engine, LinkHistory links) {
        this.engine = engine;
        this.links = links;
        this.requestId = engine.setup().entropy().nextId();
    }

    String reason() {
        return reason;
    }

    /** Asks for an epoch; the same one is granted to a repetition. */
    void grant() {
        if (isAsking) {
            return;
        }
        isAsking = true;
        engine.setup()
                .meta()
                .submit(
                        new Command.GrantEpoch(
                                engine.volumeId(),
                                new NodeId(engine.setup().node()),
                                engine.setup().incarnation(),
                                requestId),
                        this::onGranted);
    }

    private void onGranted(ErrorCode code, @Nullable Result result) {
        isAsking = false;
        if (engine.isEnded() || engine.epoch() != 0) {
            return;
        }
        if (code == ErrorCode.OK && result instanceof Result.Done done) {
            grantedNanos = engine.now();
            engine.onGranted(done.volume().orElseThrow(), done.index());
        } else {
            reason =
                    "waits for an epoch: "
                            + (result instanceof Result.Refused r ? r.message() : code);
            engine.afterRetry(this::grant);
        }
    }

    /** Opens a member whose link stands. */
    void open(Member member) {
        if (!member.isUp || member.isOpened || member.isOpening) {
            return;
        }
        member.isOpening = true;
        Exchange exchange =
                new Exchange() {
                    @Override
                    void onAnswer(Member of, FrameHeader answer, @Nullable PageBuffer body) {
                        engine.exchanges().end(this);
                        onOpened(of, answer);
                    }

                    @Override
                    void onLost(Member of) {
                        engine.exchanges().end(this);
                        of.isOpening = false;
                    }
                };
        engine.exchanges().begin(exchange);
        engine.header(FrameKind.OPEN, member, exchange);
        engine.send(exchange, member, null, 0);
    }

    private void onOpened(Member member, FrameHeader answer) {
        member.isOpening = false;
        if (answer.status != ErrorCode.OK) {
            engine.afterRetry(() -> open(member));
            return;
        }
        member.isOpened = true;
        member.openedStoreId = answer.aux;
        member.isDamaged = answer.has(FrameHeader.FLAG_DAMAGED);
        member.knownStable = answer.stable;
        member.openedNewest = answer.version;
        member.ackedBeforeOpening = member.ackedVersion;
        member.sinceAtOpening = member.isInSync() ? Version.NONE : member.record.since();
        if (engine.isStarting()) {
            step();
        } else {
            engine.onReopened(member);
        }
    }

    /** Looks whether the engine can go on; after every event while it starts. */
    void step() {
        if (!engine.isStarting() || engine.epoch() == 0) {
            return;
        }
        int missing = 0;
        int opened = 0;
        for (Member member : engine.members().all()) {
            if (!member.isInSync()) {
                continue;
            }
            if (!member.isOpened) {
                missing++;
            } else if (isWhatWasRecorded(member)) {
                opened++;
            } else {
                missing++;
                setRight(member);
            }
        }
        boolean isEarly = engine.bugs().has(Bug.M_SERVE_EARLY) && opened > 0 && isAnyGone();
        if (missing == 0 && opened > 0 || isEarly) {
            engine.beginEqualising(comparedAbove());
        } else if (opened > 0 && isAnyGone()) {
            reason = "waits for the record of " + missing + " unreachable components";
            recordUnopened();
        } else {
            reason = "waits for " + missing + " in-sync components, " + opened + " are open";
        }
    }

    private boolean isAnyGone() {
        return engine.members().all().stream().anyMatch(this::isGone);
    }

    /**
     * An in-sync component that is not waited for any longer. It can have been asked since the
     * epoch was granted, however long that took.
     */
    private boolean isGone(Member member) {
        boolean hasWaited = engine.now() - grantedNanos >= engine.limits().startWaitNanos();
        boolean isLost = !member.isUp && links.isGone(member.node, engine.now());
        return member.isInSync() && !member.isOpened && (hasWaited || isLost);
    }

    /** A lower version than that of others, which open later, only makes more to compare. */
    private void recordUnopened() {
        for (Member member : engine.members().all()) {
            if (isGone(member)) {
                // A record may be refused, for a last copy: then it is opened once it answers.
                open(member);
                boolean isOwn = engine.bugs().has(Bug.M_SINCE_EPOCH);
                record(member, isOwn ? Version.of(engine.epoch(), 0) : highestStable());
            }
        }
    }

    private void record(Member member, long since) {
        if (engine.now() - member.retryNanos >= 0) {
            engine.recorder().recordStale(member, since);
        }
    }

    /** Highest stable version that any opened component knows (rule 6). */
    private long highestStable() {
        long highest = Version.NONE;
        for (Member member : engine.members().all()) {
            highest = member.isOpened ? Math.max(highest, member.knownStable) : highest;
        }
        return highest;
    }

    /** Above this version in-sync components may differ (rule 6). */
    private long comparedAbove() {
        long lowest = highestStable();
        for (Member member : engine.members().all()) {
            lowest = member.isUnsettled() ? Math.min(lowest, member.record.since()) : lowest;
        }
        return lowest;
    }

    /** True if it is whole, on the store for which in-sync was recorded. */
    boolean isWhatWasRecorded(Member member) {
        return engine.bugs().has(Bug.STORE_ID_IGNORED)
                || (member.record.storeId() == member.openedStoreId
                        && (!member.isDamaged
                                || member.isUnsettled()
                                || engine.bugs().has(Bug.DAMAGE_UNSEEN))
                        && !hasForgotten(member));
    }

    /**
     * True if its log ended, when it was opened, before what it had acknowledged until then: its
     * disk has lied about a sync. What it acknowledged to this engine is known; of earlier ones,
     * where it holds every block, that it had all up to stable while it was in sync, and up to
     * since when it had been recorded stale.
     */
    private boolean hasForgotten(Member member) {
        if (engine.bugs().has(Bug.LYING_DISK_BELIEVED)) {
            return false;
        }
        long acked = member.ackedBeforeOpening;
        if (engine.members().isEverywhere() && !member.isUnsettled()) {
            long known = Math.max(highestStable(), engine.stable());
            acked = Math.max(acked, member.isInSync() ? known : member.sinceAtOpening);
        }
        return member.openedNewest < acked;
    }

    /**
     * True if a resync of an opened component that is not in sync may begin; if not, what is wrong
     * with its record is being set right.
     */
    boolean mayResync(Member member) {
        if (member.record.state() == ComponentState.SYNCING) {
            // The attempt of an earlier engine, or one that failed: it starts again as a new one.
            engine.recorder().recordStale(member, engine.stable());
            return false;
        }
        if (member.record.since() == Version.NONE) {
            return member.pause.isOver(engine.now());
        }
        if (hasForgotten(member)) {
            recordForgotten(member);
            return false;
        }
        if (isElsewhere(member) && !engine.bugs().has(Bug.STORE_ID_IGNORED)) {
            record(member, Version.NONE);
            return false;
        }
        if (member.isDamaged && !engine.bugs().has(Bug.DAMAGE_BELIEVED)) {
            // What it had before it was recorded stale may be gone as well.
            record(member, Version.NONE);
            return false;
        }
        return member.pause.isOver(engine.now());
    }

    /** True if it is not on the store for which it was recorded last. */
    private static boolean isElsewhere(Member member) {
        long recorded = member.record.storeId();
        return recorded != 0 && recorded != member.openedStoreId;
    }

    /** Nothing of what it has can be trusted to be all. */
    private void recordForgotten(Member member) {
        engine.log()
                .error(
                        "disk-lied",
                        "volume",
                        engine.id(),
                        "node",
                        member.node,
                        "ends",
                        Version.text(member.openedNewest));
        engine.recorder().recordStale(member, Version.NONE);
    }

    /** A store that nobody noted yet is noted; another one, or damage, makes it stale since 0. */
    private void setRight(Member member) {
        if (hasForgotten(member)) {
            if (engine.now() - member.retryNanos >= 0) {
                recordForgotten(member);
            }
        } else if (member.record.storeId() == 0 && (!member.isDamaged || member.isUnsettled())) {
            engine.recorder().noteStore(member);
        } else {
            record(member, Version.NONE);
        }
    }
}
