package io.xsan.engine.volume;

import io.xsan.base.Check;
import io.xsan.base.Pages;
import io.xsan.engine.Bug;
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
 */
final class Equaliser {
    private static final int REWRITES_MAX = 8;

    private record Run(long block, int firstPage, int pages, long holders) {}

    private final VolumeEngine engine;
    private final Runnable onEqual;
    private final List<Member> compared = new ArrayList<>();
    private final Map<Long, long[]> versions = new TreeMap<>();
    private final List<ExtentLister> listers = new ArrayList<>();
    private int listing;
    private boolean isIncomplete;
    private int rewriting;
    private @Nullable Iterator<Run> runs;

    Equaliser(VolumeEngine engine, Runnable onEqual) {
        this.engine = engine;
        this.onEqual = onEqual;
    }

    void start() {
        compared.clear();
        versions.clear();
        listers.clear();
        isIncomplete = false;
        for (Member member : engine.members().all()) {
            if (member.isInSync()) {
                compared.add(member);
            }
        }
        Check.that(!compared.isEmpty(), "an engine that equalises has an in-sync component");
        if (compared.size() == 1 || engine.bugs().has(Bug.M_NO_EQUALISE)) {
            onEqual.run();
            return;
        }
        listing = compared.size();
        for (int i = 0; i < compared.size(); i++) {
            listers.add(lister(i));
        }
        for (ExtentLister lister : List.copyOf(listers)) {
            lister.start(0);
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
        return new ExtentLister(engine, member, engine.stable(), Long.MAX_VALUE, sink);
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
            long holders = holdersIfUnequal(block, entry.getValue());
            if (holders != 0) {
                append(found, new Run(block, page, 1, holders));
            }
        }
        return found;
    }

    /** Members that have the newest version, where another replica has not; else 0. */
    private long holdersIfUnequal(long block, long[] of) {
        long replicas = engine.members().replicasOf(block);
        long newest = 0;
        for (long version : of) {
            newest = Math.max(newest, version);
        }
        long holders = 0;
        boolean isUnequal = false;
        for (int i = 0; i < of.length; i++) {
            long bit = compared.get(i).bit;
            if (of[i] == newest) {
                holders |= bit;
            } else if ((replicas & bit) != 0) {
                isUnequal = true;
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
        while (rewriting < REWRITES_MAX && left.hasNext()) {
            Run run = left.next();
            rewriting++;
            new Rewrite(engine, this::onRewritten)
                    .start(run.block, run.firstPage, run.pages, run.holders);
        }
        if (rewriting == 0 && isIncomplete) {
            engine.restartEqualising();
        } else if (rewriting == 0) {
            onEqual.run();
        }
    }

    private void onRewritten(boolean isDone) {
        isIncomplete |= !isDone;
        rewriting--;
        next();
    }
}
