package io.xsan.engine.volume;

import io.xsan.base.ErrorCode;
import io.xsan.base.NodeId;
import io.xsan.base.Version;
import io.xsan.engine.Bug;
import io.xsan.meta.command.Command;
import io.xsan.meta.command.Result;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Brings one stale component up to date while writes go on (rule 9).
 *
 * <pre>
 *   STARTING --StartResync committed: writes go to it, those in flight too--> LISTING
 *   LISTING --both indexes read--> COPYING --all copied--> GATED (new writes wait)
 *   GATED --it has answered all that was sent to it--> PROMOTING --committed--> done
 *   any --the component fails--> ended, recorded stale with the same since
 * </pre>
 */
final class Resync {
    private enum Phase {
        STARTING,
        LISTING,
        COPYING,
        GATED,
        PROMOTING,
        ENDED
    }

    private final VolumeEngine engine;
    private final Member member;
    private final CopySet toCopy = new CopySet();
    private final CopySet suspects = new CopySet();
    private final CopySet written = new CopySet();
    private final List<Copy> copies = new ArrayList<>();
    private final List<ExtentLister> listers = new ArrayList<>();
    private Phase phase = Phase.STARTING;
    private int attempt;
    private long since;
    private int listing;
    private boolean isListFailed;
    private long copied;
    private long lost;
    private boolean isPumping;

    Resync(VolumeEngine engine, Member member) {
        this.engine = engine;
        this.member = member;
    }

    Member member() {
        return member;
    }

    int attempt() {
        return attempt;
    }

    long pagesLeft() {
        return toCopy.pages() + suspects.pages();
    }

    long pagesCopied() {
        return copied;
    }

    /** True while hosts' new writes have to wait. */
    boolean isGate() {
        return phase == Phase.GATED;
    }

    void start() {
        engine.setup()
                .meta()
                .submit(
                        new Command.StartResync(
                                engine.volumeId(),
                                engine.epoch(),
                                new NodeId(member.node),
                                member.generation,
                                member.isGain,
                                member.record.attempt()),
                        this::onStarted);
    }

    private void onStarted(ErrorCode code, @Nullable Result result) {
        if (phase != Phase.STARTING) {
            return;
        }
        if (code != ErrorCode.OK) {
            stop("the metadata did not start it: " + code);
            return;
        }
        if (!(result instanceof Result.Done done)) {
            engine.onRefused(result);
            fail("the metadata refused to start it: " + message(result));
            return;
        }
        engine.adopt(done.volume(), done.index());
        attempt = member.record.attempt();
        // A component whose log ends earlier has no more than that, whatever was recorded.
        since = member.record.since();
        if (!engine.bugs().has(Bug.LYING_DISK_BELIEVED)) {
            since = Math.min(since, member.openedNewest);
        }
        phase = Phase.LISTING;
        if (!engine.bugs().has(Bug.B_LIST_EARLY)) {
            engine.inFlight().forEach(write -> write.offerToResync(member, this));
        }
        list();
    }

    private void list() {
        if (!engine.members().areSourcesUsable(member)) {
            stop("a block of it has no in-sync component to copy from");
            return;
        }
        if (!engine.bugs().has(Bug.M_LIST_SOURCE)) {
            listers.add(new ExtentLister(engine, member, since, Long.MAX_VALUE, sink()));
        }
        if (!engine.bugs().has(Bug.M_LIST_TARGET)) {
            for (Member inSync : engine.members().all()) {
                if (inSync.isInSync() && inSync.isUsable() && !inSync.isGain) {
                    listers.add(new ExtentLister(engine, inSync, since, Long.MAX_VALUE, sink()));
                }
            }
        }
        listing = listers.size();
        for (ExtentLister lister : List.copyOf(listers)) {
            lister.start(0);
        }
    }

    private ExtentLister.Sink sink() {
        return new ExtentLister.Sink() {
            @Override
            public void onExtent(long block, int first, int pages, long version, int content) {
                if ((engine.members().replicasOf(block) & member.bit) != 0) {
                    addUnwritten(block, first, pages);
                }
            }

            @Override
            public void onListed(boolean isComplete) {
                isListFailed |= !isComplete;
                if (--listing == 0) {
                    onAllListed();
                }
            }
        };
    }

    private void addUnwritten(long block, int first, int pages) {
        for (int page = first; page < first + pages; page++) {
            if (!written.contains(block, page)) {
                toCopy.add(block, page, 1);
            }
        }
    }

    private void onAllListed() {
        if (phase != Phase.LISTING) {
            return;
        }
        if (isListFailed) {
            fail("its index or that of its source could not be read");
            return;
        }
        phase = Phase.COPYING;
        engine.log()
                .info(
                        "resync-copying",
                        "volume",
                        engine.id(),
                        "node",
                        member.node,
                        "attempt",
                        attempt,
                        "pages",
                        toCopy.pages());
        for (int i = 0; i < engine.limits().copiesMax(); i++) {
            copies.add(new Copy(engine, this, member));
        }
        pump();
    }

    /** A write of these pages was sent to the component: it needs no copy of them. */
    void onWriteSent(long block, int firstPage, int pages) {
        toCopy.remove(block, firstPage, pages);
        suspects.remove(block, firstPage, pages);
        if (phase == Phase.STARTING || phase == Phase.LISTING) {
            written.add(block, firstPage, pages);
        }
    }

    /** Starts copies as far as the limit allows, then goes on to the promotion. */
    void pump() {
        if (phase != Phase.COPYING && phase != Phase.GATED || isPumping) {
            return;
        }
        isPumping = true;
        boolean isCopying = false;
        for (Copy copy : List.copyOf(copies)) {
            if (copy.isOver() && phase == Phase.COPYING) {
                startNext(copy);
            }
            isCopying |= !copy.isOver();
        }
        isPumping = false;
        if (phase == Phase.COPYING && !isCopying && pagesLeft() == 0) {
            phase = Phase.GATED;
        }
        boolean isQuiet = member.unansweredWrites == 0 || engine.bugs().has(Bug.M_PROMOTE_EARLY);
        if (phase == Phase.GATED && isQuiet) {
            promote();
        }
    }

    private void startNext(Copy copy) {
        boolean isRun = toCopy.pages() > 0;
        CopySet next = isRun ? toCopy : suspects;
        if (next.take(isRun ? engine.limits().copyPages() : 1)) {
            copy.start(next.takenBlock(), next.takenFirst(), next.takenCount());
        }
    }

    /** Some of these pages cannot be read; called while they are locked. */
    void copySingly(long block, int firstPage, int pages) {
        suspects.add(block, firstPage, pages);
    }

    /** No in-sync component can read this page. */
    void onPageLost(long block, int page) {
        lost++;
        engine.onPageLost(block, page);
    }

    void onCopied(int pages) {
        copied += pages;
        engine.host().onCopied(pages);
        pump();
    }

    void onCopyFailed(ErrorCode reason) {
        fail("a page could not be read: " + reason);
    }

    private void promote() {
        phase = Phase.PROMOTING;
        member.isPromotionPending = true;
        submitPromotion();
        engine.host().onGateOpened();
    }

    private void submitPromotion() {
        engine.setup()
                .meta()
                .submit(
                        new Command.Promote(
                                engine.volumeId(),
                                engine.epoch(),
                                new NodeId(member.node),
                                member.generation,
                                member.isGain,
                                attempt,
                                member.incarnation,
                                member.openedStoreId),
                        this::onPromoted);
    }

    private void onPromoted(ErrorCode code, @Nullable Result result) {
        if (phase != Phase.PROMOTING) {
            return;
        }
        if (code == ErrorCode.OK && result instanceof Result.Done done) {
            phase = Phase.ENDED;
            member.resync = null;
            member.pause.forget();
            engine.adopt(done.volume(), done.index());
            member.isPromotionPending = false;
            if (since == Version.NONE) {
                engine.recorder().tellRepaired(member);
            }
            engine.moving().afterResync();
            engine.log()
                    .info(
                            "resync-done",
                            "volume",
                            engine.id(),
                            "node",
                            member.node,
                            "attempt",
                            attempt,
                            "pagesCopied",
                            copied,
                            "pagesLost",
                            lost);
            engine.onStatesChanged();
        } else if (code == ErrorCode.OK) {
            // A refusal of a repetition proves nothing of the first: it counts until recorded
            // stale.
            engine.onRefused(result);
            fail("the promotion was refused: " + message(result));
        } else {
            engine.afterRetry(() -> retryPromotion());
        }
    }

    private void retryPromotion() {
        if (phase == Phase.PROMOTING) {
            submitPromotion();
        }
    }

    private static String message(@Nullable Result result) {
        return result instanceof Result.Refused refused ? refused.message() : "no reason given";
    }

    /** It cannot go on for a reason that may be gone at once. */
    private void stop(String reason) {
        if (phase != Phase.ENDED) {
            engine.onMemberFailed(member, "resync: " + reason);
        }
    }

    /** It has failed; the next one, which does all of it again, comes later and later. */
    private void fail(String reason) {
        if (phase != Phase.ENDED) {
            long first = engine.limits().retryNanos();
            boolean isNews = member.pause.onFailed(reason, first, engine.now());
            engine.onMemberFailed(member, isNews ? "resync: " + reason : "");
        }
    }

    /** The component has failed, or the engine ends: nothing of this goes on. */
    void end() {
        boolean wasGate = isGate();
        phase = Phase.ENDED;
        listers.forEach(ExtentLister::abandon);
        copies.forEach(Copy::abandon);
        if (wasGate) {
            engine.host().onGateOpened();
        }
    }
}
