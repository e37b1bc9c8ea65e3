package io.xsan.protocol;

import io.xsan.base.Check;
import io.xsan.base.ClusterId;
import org.jspecify.annotations.Nullable;

/**
 * One connection between two datanodes, or from an agent to a datanode: who is at the other end,
 * what it may send, and how much of it. Sans I/O; one shard.
 *
 * <pre>
 *   dialing    NEW --hello sent--> GREETED --WELCOME--> UP
 *   accepting  NEW --HELLO-------------------welcome--> UP
 *   any fault, or silence: ENDED
 * </pre>
 *
 * <p>Credits: each side may have so many requests unanswered as the other one gave it at the
 * greeting. An answer gives one credit back; LINK_CREDIT gives more. A datanode accepts component
 * frames from datanodes and volume requests from agents, an agent the answers to its own.
 */
public final class LinkState {
    /** This side. {@code node} is 0 for an agent. */
    public record Self(ClusterId cluster, int node, long incarnation) {}

    /** Stands for "not known" where a peer's node is expected. */
    public static final int ANY_NODE = -1;

    private enum Phase {
        NEW,
        GREETED,
        UP,
        ENDED
    }

    private static final FrameHeader BLANK = new FrameHeader();

    private final Self self;
    private final LinkLimits limits;
    private final boolean isDialing;
    private final FrameHeader scratch = new FrameHeader();

    private Phase phase = Phase.NEW;
    private int peerNode;
    private long peerIncarnation;
    private int availableCredits;
    private int unansweredRequests;
    private long startedNanos;
    private long heardNanos;
    private long askedNanos;
    private boolean hasHeard;
    private boolean hasStarted;

    private LinkState(Self self, LinkLimits limits, boolean isDialing, int peerNode) {
        this.self = self;
        this.limits = limits;
        this.isDialing = isDialing;
        this.peerNode = peerNode;
    }

    /** The side that made the connection, to {@code peerNode} and no other. */
    public static LinkState dialing(Self self, LinkLimits limits, int peerNode) {
        Check.that(peerNode > 0, "a datanode is dialed", peerNode);
        return new LinkState(self, limits, true, peerNode);
    }

    /**
     * The side that accepted the connection. {@code certifiedNode} is the node that the peer's
     * certificate names (0: an agent), or {@link #ANY_NODE} where there is none.
     */
    public static LinkState accepting(Self self, LinkLimits limits, int certifiedNode) {
        Check.that(self.node() > 0, "only datanodes accept", self.node());
        return new LinkState(self, limits, false, certifiedNode);
    }

    /** True for the side that made the connection. */
    public boolean isDialing() {
        return isDialing;
    }

    /** The first frame, for the dialing side to send right after connecting. */
    public FrameHeader hello() {
        Check.that(isDialing && phase == Phase.NEW, "greets once");
        phase = Phase.GREETED;
        return greeting(FrameKind.LINK_HELLO, FrameLayout.VERSION << 16 | FrameLayout.VERSION);
    }

    private FrameHeader greeting(FrameKind kind, long aux) {
        FrameHeader frame = clear(kind);
        frame.incarnation = self.incarnation();
        frame.credits = limits.credits();
        frame.aux = aux;
        return frame;
    }

    private FrameHeader clear(FrameKind kind) {
        scratch.copyOf(BLANK);
        scratch.kind = kind;
        stamp(scratch);
        return scratch;
    }

    /** The peer's header, before its body is read: may it send that now? Any fault is final. */
    public FrameFault onHeader(FrameHeader header) {
        FrameFault found = judge(header);
        if (found != FrameFault.NONE) {
            phase = Phase.ENDED;
        } else {
            hasHeard = true;
        }
        return found;
    }

    private FrameFault judge(FrameHeader header) {
        if (header.clusterHigh != self.cluster().high()
                || header.clusterLow != self.cluster().low()) {
            return FrameFault.WRONG_CLUSTER;
        }
        return switch (phase) {
            case NEW -> isDialing ? FrameFault.WRONG_STATE : judgeHello(header);
            case GREETED -> judgeWelcome(header);
            case UP -> judgeUp(header);
            case ENDED -> FrameFault.WRONG_STATE;
        };
    }

    private FrameFault judgeHello(FrameHeader header) {
        if (header.kind != FrameKind.LINK_HELLO) {
            return FrameFault.WRONG_STATE;
        }
        if (header.targetNode != self.node()
                || (peerNode != ANY_NODE && header.sourceNode != peerNode)) {
            return FrameFault.WRONG_IDENTITY;
        }
        long lowest = header.aux & 0xffff;
        long highest = header.aux >>> 16;
        boolean isShared = lowest <= FrameLayout.VERSION && FrameLayout.VERSION <= highest;
        return isShared ? judgeCredits(header) : FrameFault.WRONG_VERSION;
    }

    private FrameFault judgeWelcome(FrameHeader header) {
        if (header.kind != FrameKind.LINK_WELCOME) {
            return FrameFault.WRONG_STATE;
        }
        if (header.sourceNode != peerNode || header.targetNode != self.node()) {
            return FrameFault.WRONG_IDENTITY;
        }
        return header.aux == FrameLayout.VERSION ? judgeCredits(header) : FrameFault.WRONG_VERSION;
    }

    private static FrameFault judgeCredits(FrameHeader header) {
        return header.credits >= 1 && header.credits <= LinkLimits.CREDITS_MAX
                ? FrameFault.NONE
                : FrameFault.BAD_LENGTH;
    }

    private FrameFault judgeUp(FrameHeader header) {
        if (header.sourceNode != peerNode || header.targetNode != self.node()) {
            return FrameFault.WRONG_IDENTITY;
        }
        if (!mayReceive(header.kind)) {
            return FrameFault.WRONG_STATE;
        }
        if (needsCredit(header.kind)) {
            if (unansweredRequests == limits.credits()) {
                return FrameFault.NO_CREDIT;
            }
            unansweredRequests++;
        }
        if (header.credits > LinkLimits.CREDITS_MAX - availableCredits) {
            return FrameFault.BAD_LENGTH;
        }
        availableCredits += header.credits;
        return FrameFault.NONE;
    }

    private boolean mayReceive(FrameKind kind) {
        return switch (kind) {
            case LINK_HELLO, LINK_WELCOME -> false;
            case LINK_CREDIT, LINK_PING, LINK_PONG -> true;
            case OPEN, WRITE, TRIM, ZERO, LOSE -> isBetweenNodes();
            case READ, CONFIRM, EXTENTS, STABLE -> isBetweenNodes();
            case OPENED, WRITTEN, TRIMMED, ZEROED, LOST, READ_DATA -> isBetweenNodes();
            case CONFIRMED, EXTENT_LIST, STABLE_NOTED -> isBetweenNodes();
            case VOLUME_HELLO, VOLUME_READ, VOLUME_WRITE -> isPeerAgent();
            case VOLUME_FLUSH, VOLUME_TRIM, VOLUME_ZERO -> isPeerAgent();
            case VOLUME_READY, VOLUME_READ_DATA, VOLUME_WRITTEN -> isAgent();
            case VOLUME_FLUSHED, VOLUME_TRIMMED, VOLUME_ZEROED -> isAgent();
            case VOLUME_RESIZED, VOLUME_DROPPED -> isAgent();
        };
    }

    private boolean isAgent() {
        return self.node() == 0;
    }

    /** True if an agent is at the other end; known once up. */
    public boolean isPeerAgent() {
        return !isAgent() && peerNode == 0;
    }

    private boolean isBetweenNodes() {
        return !isAgent() && peerNode > 0;
    }

    /** True for requests that are answered and are not of the link itself. */
    public static boolean needsCredit(FrameKind kind) {
        return switch (kind) {
            case OPEN, WRITE, TRIM, ZERO, LOSE, READ, CONFIRM, EXTENTS, STABLE -> true;
            case VOLUME_HELLO, VOLUME_READ, VOLUME_WRITE -> true;
            case VOLUME_FLUSH, VOLUME_TRIM, VOLUME_ZERO -> true;
            case LINK_HELLO, LINK_WELCOME, LINK_CREDIT, LINK_PING, LINK_PONG -> false;
            case OPENED, WRITTEN, TRIMMED, ZEROED, LOST, READ_DATA -> false;
            case CONFIRMED, EXTENT_LIST, STABLE_NOTED -> false;
            case VOLUME_READY, VOLUME_READ_DATA, VOLUME_WRITTEN -> false;
            case VOLUME_FLUSHED, VOLUME_TRIMMED, VOLUME_ZEROED -> false;
            case VOLUME_RESIZED, VOLUME_DROPPED -> false;
        };
    }

    /** True for frames that {@link #onFrame} deals with. */
    public static boolean isOfLink(FrameKind kind) {
        return kind.number() <= FrameKind.LINK_PONG.number();
    }

    /**
     * A whole frame of the link that {@link #onHeader} let in. Returns the frame to send for it
     * (borrowed until the next call), or {@code null} for none.
     */
    public @Nullable FrameHeader onFrame(FrameHeader header) {
        Check.that(isOfLink(header.kind), "a frame of the link", header.kind.number());
        return switch (header.kind) {
            case LINK_HELLO -> {
                standUp(header);
                yield greeting(FrameKind.LINK_WELCOME, FrameLayout.VERSION);
            }
            case LINK_WELCOME -> {
                standUp(header);
                yield null;
            }
            case LINK_PING -> {
                FrameHeader pong = clear(FrameKind.LINK_PONG);
                pong.requestId = header.requestId;
                yield pong;
            }
            default -> null;
        };
    }

    private void standUp(FrameHeader header) {
        Check.that(phase == Phase.NEW || phase == Phase.GREETED, "stands up once");
        phase = Phase.UP;
        peerNode = header.sourceNode;
        peerIncarnation = header.incarnation;
        availableCredits = header.credits;
    }

    /** True once both sides have greeted, until a fault. */
    public boolean isUp() {
        return phase == Phase.UP;
    }

    /** True after a fault or too long a silence. */
    public boolean isEnded() {
        return phase == Phase.ENDED;
    }

    /** Node at the other end, 0 for an agent; known once up. */
    public int peerNode() {
        return peerNode;
    }

    /** Life of the process at the other end; known once up. */
    public long peerIncarnation() {
        return peerIncarnation;
    }

    /** True if a frame of {@code kind} may be sent now. */
    public boolean canSend(FrameKind kind) {
        return phase == Phase.UP && (!needsCredit(kind) || availableCredits > 0);
    }

    /**
     * Fills in what the link knows of a frame about to be sent (cluster, source, target, credits;
     * the incarnation of a component request that names none) and counts it. {@link #canSend} must
     * be true. An answer to a request of an earlier connection gives no credit beyond those of this
     * one; the peer does not know its request id any more.
     */
    public void onSend(FrameHeader header) {
        Check.that(canSend(header.kind), "frame may be sent", header.kind.number());
        stamp(header);
        header.credits = 0;
        if (needsCredit(header.kind)) {
            if (isBetweenNodes() && header.incarnation == 0) {
                header.incarnation = peerIncarnation;
            }
            availableCredits--;
        } else if (isAnswerOfEngine(header.kind) && unansweredRequests > 0) {
            unansweredRequests--;
            header.credits = 1;
        }
    }

    private static boolean isAnswerOfEngine(FrameKind kind) {
        return !kind.isRequest() && !isOfLink(kind);
    }

    private void stamp(FrameHeader header) {
        header.clusterHigh = self.cluster().high();
        header.clusterLow = self.cluster().low();
        header.sourceNode = self.node();
        header.targetNode = Math.max(peerNode, 0);
    }

    /** Requests that this side may still send. */
    public int availableCredits() {
        return availableCredits;
    }

    /** Requests of the peer that are not answered. */
    public int unansweredRequests() {
        return unansweredRequests;
    }

    /** The peer sent something, if only a part of a frame: it lives. */
    public void onBytes() {
        hasHeard = true;
    }

    /**
     * Time passes; call it a few times per ping interval. Returns a ping to send (borrowed until
     * the next call) or null; {@link #isEnded} is true after too long a silence.
     */
    public @Nullable FrameHeader onTick(long nowNanos) {
        if (!hasStarted) {
            hasStarted = true;
            startedNanos = nowNanos;
            heardNanos = nowNanos;
            askedNanos = nowNanos;
        }
        if (hasHeard) {
            hasHeard = false;
            heardNanos = nowNanos;
        }
        if (phase == Phase.UP) {
            return tickUp(nowNanos);
        }
        if (nowNanos - startedNanos >= limits.handshakeNanos()) {
            phase = Phase.ENDED;
        }
        return null;
    }

    private @Nullable FrameHeader tickUp(long nowNanos) {
        if (nowNanos - heardNanos >= limits.silenceNanos()) {
            phase = Phase.ENDED;
            return null;
        }
        boolean isSilent = nowNanos - heardNanos >= limits.pingNanos();
        if (!isSilent || nowNanos - askedNanos < limits.pingNanos()) {
            return null;
        }
        askedNanos = nowNanos;
        return clear(FrameKind.LINK_PING);
    }

    /** Ends the link: nothing more is accepted or sent. */
    public void end() {
        phase = Phase.ENDED;
    }
}
