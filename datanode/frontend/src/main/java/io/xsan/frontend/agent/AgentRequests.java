package io.xsan.frontend.agent;

import io.xsan.base.Check;
import io.xsan.engine.VolumeIo;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The requests of a volume: those that wait to be sent, in order, and those that were sent and are
 * not answered. A request id is (number of sending, slot): the answer to an earlier sending finds
 * nothing.
 */
final class AgentRequests {
    /** Most requests at a time. */
    static final int REQUESTS_MAX = 1 << 16;

    private static final int SLOT_BITS = 16;

    private final List<AgentRequest> slots = new ArrayList<>();
    private @Nullable AgentRequest free;
    private @Nullable AgentRequest firstWaiting;
    private @Nullable AgentRequest lastWaiting;
    private long nextSequence = 1;
    private long nextSending = 1;
    private int inUse;

    /** Adds an I/O at the end of those that wait. */
    void add(VolumeIo io, long nowNanos) {
        AgentRequest request = free;
        if (request == null) {
            Check.that(slots.size() < REQUESTS_MAX, "requests of a volume are bounded");
            request = new AgentRequest(slots.size());
            slots.add(request);
        } else {
            free = request.next;
        }
        inUse++;
        request.begin(io, nextSequence++, nowNanos);
        append(request);
    }

    private void append(AgentRequest request) {
        request.next = null;
        if (lastWaiting == null) {
            firstWaiting = request;
        } else {
            lastWaiting.next = request;
        }
        lastWaiting = request;
    }

    /** The request to be sent next, or null. */
    @Nullable AgentRequest peek() {
        return firstWaiting;
    }

    /** Takes the next request out of those that wait and gives it the id to be sent with. */
    void markSent(AgentRequest request) {
        Check.that(request == firstWaiting, "requests are sent in order", request.sequence);
        firstWaiting = request.next;
        request.next = null;
        if (firstWaiting == null) {
            lastWaiting = null;
        }
        request.sendings++;
        request.requestId = nextSending++ << SLOT_BITS | request.slot;
    }

    /** The request that was sent under {@code requestId} and is not answered, or null. */
    @Nullable AgentRequest find(long requestId) {
        int slot = (int) (requestId & (REQUESTS_MAX - 1));
        if (requestId == 0 || slot >= slots.size()) {
            return null;
        }
        AgentRequest request = slots.get(slot);
        return request.requestId == requestId ? request : null;
    }

    /** Forgets an answered request and gives its I/O back. */
    VolumeIo remove(AgentRequest request) {
        Check.that(request.isSent(), "an answered request was sent", request.sequence);
        return free(request);
    }

    private VolumeIo free(AgentRequest request) {
        VolumeIo io = request.end();
        request.next = free;
        free = request;
        inUse--;
        return io;
    }

    /** Puts a request that was sent back to the end of those that wait. */
    void putBack(AgentRequest request) {
        Check.that(request.isSent(), "only what was sent is put back", request.sequence);
        request.requestId = 0;
        append(request);
    }

    /** Lets everything wait again, in the order of submission. */
    void putAllBack() {
        List<AgentRequest> all = inOrder();
        firstWaiting = null;
        lastWaiting = null;
        for (AgentRequest request : all) {
            request.requestId = 0;
            append(request);
        }
    }

    private List<AgentRequest> inOrder() {
        List<AgentRequest> all = new ArrayList<>(inUse);
        for (AgentRequest request : slots) {
            if (request.isInUse()) {
                all.add(request);
            }
        }
        all.sort(Comparator.comparingLong(request -> request.sequence));
        return all;
    }

    /**
     * Takes out all that wait and were submitted at or before {@code untilNanos}, in order. Nothing
     * may be sent and unanswered.
     */
    List<VolumeIo> takeUntil(long untilNanos) {
        List<VolumeIo> taken = new ArrayList<>();
        while (firstWaiting != null && firstWaiting.submittedNanos - untilNanos <= 0) {
            AgentRequest request = firstWaiting;
            firstWaiting = request.next;
            taken.add(free(request));
        }
        if (firstWaiting == null) {
            lastWaiting = null;
        }
        return taken;
    }

    /** Requests waiting or sent. */
    int count() {
        return inUse;
    }
}
