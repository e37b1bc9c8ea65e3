package io.xsan.engine.volume;

import io.xsan.base.Check;
import io.xsan.base.ErrorCode;
import io.xsan.base.Pages;
import io.xsan.engine.Bug;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Rule 6: makes the in-sync components equal above {@code stable}. Lists what each has that is
 * newer, and for every page on which they differ writes the newest version found to all of them.
 * Starts anew where a component is lost meanwhile.
 *
 * <p>Among unsettled components what is newer may be the whole volume: so that is compared in
 * pieces, and a page is written in any case, whose version is then above all that any component was
 * ever told.
 *
 * <p>Where all copies of the newest version are bad, the next older one is written. That loses
 * nothing: every in-sync component holds what was ever acknowledged or read, so what one of them
 * lacks was not. Of unsettled components that is not known. A page of which no component has a good
 * copy that may be used is written as lost.
 */
final class Equaliser {
    private static final int REWRITES_MAX = 8;

    /** Blocks that are compared at a time if all are: 256 thousand pages. */
    private static final int PIECE_BLOCKS = 256;

    private record Run(long block, int firstPage, int pages, long holders) {}

    private final VolumeEngine engine;
    private final Runnable onEqual;
    private final List<Member> compared = new ArrayList<>();
    private final Map<Long, long[]> versions = new TreeMap<>();
    private final List<ExtentLister> listers = new ArrayList<>();
    private int listing;
    private boolean isIncomplete;
    private int rewriting;
    private long pieceEnd;
    private boolean isSettling;
    private @Nullable Iterator<Run> runs;
    private final ArrayDeque<Run> again = new ArrayDeque<>();

    Equaliser(VolumeEngine engine, Runnable onEqual) {
        this.engine = engine;
        this.onEqual = onEqual;
    }

    void start() {
        compared.clear();
        again.clear();
        isIncomplete = false;
        isSettling = engine.members().all().stream().anyMatch(Member::isUnsettled);
        for (Member member : engine.members().all()) {
            boolean isLeftOut = engine.bugs().has(Bug.M_SERVE_EARLY) && !member.isUsable();
            if (member.isInSync() && !isLeftOut) {
                compared.add(member);
            }
        }
        Check.that(!compared.isEmpty(), "an engine that equalises has an in-sync component");
        boolean isAlone = compared.size() == 1 && !isSettling;
        if (isAlone || engine.bugs().has(Bug.M_NO_EQUALISE)) {
            onEqual.run();
        } else {
            startPiece(0);
        }
    }

    private void startPiece(long fromBlock) {
        versions.clear();
        listers.clear();
        pieceEnd = isSettling ? fromBlock + PIECE_BLOCKS : Long.MAX_VALUE;
        if (isSettling && fromBlock == 0) {
            versions.put(0L, new long[compared.size()]);
        }
        listing = compared.size();
        for (int i = 0; i < compared.size(); i++) {
            listers.add(lister(i));
        }
        for (ExtentLister lister : List.copyOf(listers)) {
            lister.start(fromBlock);
        }
    }

    private ExtentLister lister(int index) {
        Member member = compared.get(index);
        ExtentLister.Sink sink =
                new ExtentLister.Sink() {
                    @Override
                    public void onExtent(long block, int first, int pages, long version, int c) {
                        if ((engine.members().replicasOf(block) & member.bit) == 0) {
                            return; // Left from a ring that gave it this block.
                        }
                        for (int page = first; page < first + pages; page++) {
                            note(block * Pages.PAGES_PER_BLOCK + page, index, version);
                        }
                    }

                    @Override
                    public void onListed(boolean isComplete) {
                        isIncomplete |= !isComplete;
                        if (--listing == 0) {
                            compare();
                        }
                    }
                };
        return new ExtentLister(engine, member, engine.stable(), pieceEnd, sink);
    }

    private void note(long page, int index, long version) {
        long[] all = versions.computeIfAbsent(page, p -> new long[compared.size()]);
        all[index] = Math.max(all[index], version);
    }

    private void compare() {
        if (isIncomplete || !areAllUsable()) {
            engine.restartEqualising();
            return;
        }
        runs = runs().iterator();
        next();
    }

    private boolean areAllUsable() {
        return compared.stream().allMatch(m -> m.isInSync() && m.isUsable());
    }

    private List<Run> runs() {
        List<Run> found = new ArrayList<>();
        for (Map.Entry<Long, long[]> entry : versions.entrySet()) {
            long block = entry.getKey() / Pages.PAGES_PER_BLOCK;
            int page = (int) (entry.getKey() % Pages.PAGES_PER_BLOCK);
            long holders = holders(block, page, entry.getValue());
            if (holders != 0) {
                append(found, new Run(block, page, 1, holders));
            }
        }
        return found;
    }

    private boolean isMarked(long block, int page) {
        return isSettling && block == 0 && page == 0;
    }

    /** Members that have the newest version, if the page is to be written; else 0. */
    private long holders(long block, int page, long[] of) {
        long replicas = engine.members().replicasOf(block);
        long newest = 0;
        for (long version : of) {
            newest = Math.max(newest, version);
        }
        long holders = 0;
        boolean isUnequal = isMarked(block, page);
        for (int i = 0; i < of.length; i++) {
            long bit = compared.get(i).bit & replicas;
            if (of[i] == newest) {
                holders |= bit;
            } else {
                isUnequal |= bit != 0;
            }
        }
        return isUnequal ? holders : 0;
    }

    private void append(List<Run> found, Run page) {
        if (!found.isEmpty() && isNext(found.getLast(), page)) {
            Run last = found.removeLast();
            found.add(new Run(last.block, last.firstPage, last.pages + 1, last.holders));
        } else {
            found.add(page);
        }
    }

    /** As long as copies are: longer ones would need buffers that are few. */
    private boolean isNext(Run last, Run page) {
        return last.block == page.block
                && last.holders == page.holders
                && last.firstPage + last.pages == page.firstPage
                && last.pages < engine.limits().copyPages();
    }

    private void next() {
        Iterator<Run> left = Check.present(runs, "runs are compared first");
        while (rewriting < REWRITES_MAX && (left.hasNext() || !again.isEmpty())) {
            Run run = again.isEmpty() ? left.next() : again.remove();
            rewriting++;
            new Rewrite(engine, outcome -> onRewritten(run, outcome))
                    .start(run.block, run.firstPage, run.pages, run.holders);
        }
        if (rewriting == 0 && isIncomplete) {
            engine.restartEqualising();
        } else if (rewriting == 0 && pieceEnd < blocks()) {
            startPiece(pieceEnd);
        } else if (rewriting == 0) {
            engine.recorder().settle();
            onEqual.run();
        }
    }

    private long blocks() {
        return Math.ceilDiv(engine.record().sizeBytes(), Pages.BLOCK_BYTES);
    }

    private void onRewritten(Run run, ErrorCode outcome) {
        rewriting--;
        if (outcome != ErrorCode.BLOCK_CORRUPTED) {
            isIncomplete |= outcome != ErrorCode.OK;
        } else if (run.pages == 1) {
            again.add(older(run));
        } else {
            for (int page = run.firstPage; page < run.firstPage + run.pages; page++) {
                again.add(new Run(run.block, page, 1, run.holders));
            }
        }
        next();
    }

    /** The page as the next older version found, or, without members that may have it, as lost. */
    private Run older(Run run) {
        long page = run.block * Pages.PAGES_PER_BLOCK + run.firstPage;
        long[] of = Check.present(versions.get(page), "a page that is unequal has versions");
        long replicas = engine.members().replicasOf(run.block);
        long bad = Long.MAX_VALUE;
        for (int i = 0; i < of.length; i++) {
            bad = (compared.get(i).bit & run.holders) != 0 ? of[i] : bad;
        }
        long newest = -1;
        long holders = 0;
        for (int i = 0; i < of.length; i++) {
            long bit = compared.get(i).bit & replicas;
            if (isSettling || bit == 0 || of[i] >= bad || of[i] < newest) {
                continue;
            }
            holders = of[i] == newest ? holders | bit : bit;
            newest = of[i];
        }
        if (holders == 0) {
            engine.onPageLost(run.block, run.firstPage);
        }
        return new Run(run.block, run.firstPage, 1, holders);
    }
}
