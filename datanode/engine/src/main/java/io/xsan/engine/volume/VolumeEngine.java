package io.xsan.engine.volume;

import io.xsan.base.Check;
import io.xsan.base.ErrorCode;
import io.xsan.base.Version;
import io.xsan.base.VolumeId;
import io.xsan.base.log.Log;
import io.xsan.base.memory.PageBuffer;
import io.xsan.engine.Bug;
import io.xsan.engine.Bugs;
import io.xsan.engine.EngineLimits;
import io.xsan.engine.LinkHistory;
import io.xsan.engine.ShardSetup;
import io.xsan.engine.ShardStatus;
import io.xsan.engine.lock.RangeLocks;
import io.xsan.meta.command.Result;
import io.xsan.meta.image.VolumeRecord;
import io.xsan.protocol.FrameHeader;
import io.xsan.protocol.FrameKind;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The engine of one volume: one life of it, under one epoch. See the package for its states. After
 * {@link #end} it does nothing any more; whoever owns the volume then starts a new one.
 */
public final class VolumeEngine {
    private enum State {
        STARTING,
        EQUALISING,
        SERVING,
        ENDED
    }

    private record Later(long dueNanos, Runnable action) {}

    private final ShardSetup setup;
    private final VolumeId id;
    private final Members members;
    private final Exchanges exchanges;
    private final InFlight inFlight = new InFlight(this);
    private final RangeLocks locks = new RangeLocks();
    private final Recorder recorder = new Recorder(this);
    private final Opening opening;
    private final SilenceWatch silence = new SilenceWatch(this);
    private final Equaliser equaliser = new Equaliser(this, this::onEqual);
    private final HostSide host = new HostSide(this);
    private final Moving moving = new Moving(this);
    private final Scrubber scrubber = new Scrubber(this);
    private final FrameHeader header = new FrameHeader();
    private final ArrayDeque<Exchange> parked = new ArrayDeque<>();
    private final ArrayDeque<PageWrite> refused = new ArrayDeque<>();
    private final List<Later> later = new ArrayList<>();
    private VolumeRecord record;
    private long recordIndex;
    private State state = State.STARTING;
    private ErrorCode endReason = ErrorCode.OK;
    private int epoch;
    private long sequence;
    private long leaseUntilNanos;
    private boolean hasLease;
    private long retryNanos;
    private long toldNanos;
    private long toldStable;
    private boolean isEqualisingAgain;

    /** An engine for {@code record}, a volume that this node owns; {@link #start} begins. */
    public VolumeEngine(ShardSetup setup, VolumeRecord record, LinkHistory links) {
        this.setup = setup;
        this.record = record;
        this.id = record.id();
        this.members = new Members(record, setup.node(), setup.bugs());
        this.exchanges = new Exchanges(setup.limits().exchangesMax());
        this.opening = new Opening(this, links);
        for (Member member : members.all()) {
            member.isUp = setup.network().isUp(member.node);
            member.incarnation = member.node == setup.node() ? setup.incarnation() : 0;
        }
    }

    /** Asks for an epoch. */
    public void start() {
        opening.grant();
    }

    /** Sessions and I/O of hosts. */
    public HostSide host() {
        return host;
    }

    /** Reads and compares what components hold. */
    public Scrubber scrubber() {
        return scrubber;
    }

    /** The newest record of the volume that this engine knows. */
    public VolumeRecord record() {
        return record;
    }

    /** True once it does nothing any more. */
    public boolean isEnded() {
        return state == State.ENDED;
    }

    /** Epoch granted, 0 before. */
    public int epoch() {
        return epoch;
    }

    void onGranted(VolumeRecord granted, long index) {
        epoch = granted.epoch();
        sequence = 0;
        if (!members.adopt(granted)) {
            end(ErrorCode.CONFLICT);
            return;
        }
        record = granted;
        recordIndex = index;
        log().info("engine-granted", "volume", id, "epoch", epoch);
        members.all().forEach(opening::open);
        opening.step();
    }

    void beginEqualising(long stable) {
        state = State.EQUALISING;
        inFlight.freezeAt(stable);
        equaliser.start();
    }

    /** A component was lost meanwhile: once it is recorded, begin again with the others. */
    void restartEqualising() {
        isEqualisingAgain = true;
        onStatesChanged();
    }

    private void onEqual() {
        state = State.SERVING;
        inFlight.thaw();
        log().info(
                        "engine-serving",
                        "volume",
                        id,
                        "epoch",
                        epoch,
                        "stable",
                        Version.text(stable()));
        host.onServing();
    }

    /** Ends this life: what is under way gets no answer from components any more. */
    public void end(ErrorCode reason) {
        if (state == State.ENDED) {
            return;
        }
        state = State.ENDED;
        endReason = reason;
        log().info("engine-ended", "volume", id, "epoch", epoch, "reason", reason);
        for (Member member : members.all()) {
            if (member.resync != null) {
                member.resync.end();
                member.resync = null;
            }
        }
        host.onEnded(reason);
        exchanges.abandonAll();
        parked.clear();
        refused.clear();
        later.clear();
    }

    /** An answer of a component to a request of this engine. */
    public void onAnswer(int node, FrameHeader answer, @Nullable PageBuffer body) {
        if (isEnded()) {
            return;
        }
        Exchange exchange = exchanges.find(answer.requestId);
        if (exchange == null) {
            return;
        }
        Member member = members.awaited(node, answer.generation, exchange);
        if (member == null) {
            return;
        }
        exchange.outstanding &= ~member.bit;
        switch (answer.status) {
            case EPOCH_FENCED, IDENTITY_MISMATCH, CONFLICT, DEVICE_FAILED, NOT_FOUND ->
                    onRejected(exchange, member, answer);
            default -> exchange.onAnswer(member, answer, body);
        }
    }

    private void onRejected(Exchange exchange, Member member, FrameHeader answer) {
        if (answer.status == ErrorCode.EPOCH_FENCED && answer.epoch > epoch) {
            end(ErrorCode.EPOCH_FENCED);
            return;
        }
        member.isOpened = false;
        exchange.onLost(member);
        onMemberFailed(member, answer.kind + " with " + answer.status);
    }

    /** A link to a node stands. */
    public void onLinkUp(int node, long incarnation) {
        for (Member member : members.all()) {
            if (member.node == node && !isEnded()) {
                member.isUp = true;
                member.incarnation = incarnation;
                member.pause.forget();
                if (epoch != 0) {
                    opening.open(member);
                }
            }
        }
    }

    /** A link to a node is gone. */
    public void onLinkDown(int node) {
        for (Member member : members.all()) {
            if (member.node == node && !isEnded()) {
                member.isUp = false;
                onMemberFailed(member, "link lost");
            }
        }
    }

    /** No in-sync component can read a page: reads of it fail until it is written again. */
    void onPageLost(long block, int page) {
        log().error("page-lost", "volume", id, "block", block, "page", page);
    }

    /**
     * Takes a component out of use; if it counts, it is recorded stale since stable. An empty
     * reason was told before.
     */
    void onMemberFailed(Member member, String reason) {
        if (isEnded()) {
            return;
        }
        boolean wasUsed = member.isOpened || member.resync != null || member.counts();
        member.isOpened = false;
        member.isOpening = false;
        if (wasUsed && !reason.isEmpty()) {
            log().warn("component-failed", "volume", id, "node", member.node, "reason", reason);
        }
        exchanges.lose(member);
        if (member.resync != null) {
            Resync ended = member.resync;
            member.resync = null;
            ended.end();
        }
        member.retryNanos = now() + limits().retryNanos();
        if (state != State.STARTING && member.counts()) {
            long newest = Version.of(epoch, sequence);
            boolean isLatest = bugs().has(Bug.M_SINCE_LATEST);
            recorder.recordStale(member, isLatest ? newest : stable());
        }
    }

    /** An in-sync component that could not be recorded stale is back: it gets what it lacks. */
    void onReopened(Member member) {
        if (member.counts() && !opening.isWhatWasRecorded(member)) {
            recorder.recordStale(member, Version.NONE);
            member.isOpened = false;
        } else if (member.counts() && !bugs().has(Bug.M_NO_RESEND)) {
            inFlight.forEach(write -> write.offer(member));
        }
        onStatesChanged();
    }

    /** States of components have changed: what waited for that looks again. */
    void onStatesChanged() {
        if (isEnded()) {
            return;
        }
        if (state == State.STARTING) {
            opening.step();
            return;
        }
        inFlight.forEach(PageWrite::review);
        inFlight.advance();
        unpark();
        boolean isReady = members.allInSyncUsable(-1) && state == State.EQUALISING;
        if (isEqualisingAgain && isReady && members.all().stream().noneMatch(m -> m.isRecording)) {
            isEqualisingAgain = false;
            equaliser.start();
        }
        host.onStatesChanged();
    }

    /** Takes over a record of the metadata if it is newer than what is known. */
    void adopt(Optional<VolumeRecord> newer, long index) {
        if (newer.isEmpty() || index <= recordIndex || isEnded()) {
            return;
        }
        if (newer.get().epoch() > epoch && epoch != 0) {
            end(ErrorCode.EPOCH_FENCED);
            return;
        }
        boolean hasGrown = newer.get().sizeBytes() > record.sizeBytes();
        if (!members.adopt(newer.get())) {
            end(ErrorCode.EPOCH_FENCED);
            return;
        }
        record = newer.get();
        recordIndex = index;
        if (hasGrown) {
            host.onResized(record.sizeBytes());
        }
    }

    /** A newer image of the metadata. */
    public void onImage(VolumeRecord newer, long index) {
        long before = recordIndex;
        if (epoch == 0) {
            record = newer;
            return;
        }
        adopt(Optional.of(newer), index);
        if (recordIndex != before) {
            host.onAttachments(record.attachments());
            onStatesChanged();
        }
    }

    /** A refusal of the metadata that may mean that this engine is over. */
    void onRefused(@Nullable Result result) {
        Recorder.refusal(result)
                .filter(code ->
                        code == ErrorCode.EPOCH_FENCED
                                || code == ErrorCode.NOT_OWNER
                                || code == ErrorCode.VOLUME_NOT_FOUND)
                .ifPresent(this::end);
    }

    /** The lease of this node holds until then (rule 5). */
    public void onLease(long untilNanos) {
        leaseUntilNanos = untilNanos;
        hasLease = true;
    }

    /** Checked after the data of a read were read, right before the answer. */
    boolean leaseHolds() {
        return hasLease && now() - leaseUntilNanos < 0;
    }

    /** Deadlines and what is to be tried again. */
    public void onTick(long nowNanos) {
        if (isEnded()) {
            return;
        }
        runLater(nowNanos);
        silence.look(nowNanos);
        if (nowNanos - retryNanos < 0 || isEnded()) {
            return;
        }
        retryNanos = nowNanos + limits().retryNanos() / 4;
        opening.step();
        if (epoch != 0) {
            members.all().forEach(this::maintain);
        }
        unpark();
        resendRefused();
        moving.commitIfComplete();
        tellStable(nowNanos);
        host.onTick(nowNanos);
        scrubber.onTick(nowNanos);
    }

    private void runLater(long nowNanos) {
        for (Later each : List.copyOf(later)) {
            if (nowNanos - each.dueNanos >= 0 && !isEnded()) {
                later.remove(each);
                each.action.run();
            }
        }
    }

    private void maintain(Member member) {
        boolean isDue = now() - member.retryNanos >= 0 && !member.isRecording;
        if (isEnded() || !isDue) {
            return;
        }
        if (!member.isOpened) {
            opening.open(member);
            if (!member.isUp && state != State.STARTING && member.counts()) {
                recorder.recordStale(member, stable());
            }
            return;
        }
        if (state != State.SERVING || member.counts() || member.resync != null) {
            return;
        }
        if (opening.mayResync(member)) {
            member.resync = new Resync(this, member);
            member.resync.start();
        }
    }

    private void tellStable(long nowNanos) {
        if (stable() == toldStable || inFlight.count() > 0 || !isServing()) {
            toldNanos = nowNanos;
            return;
        }
        if (nowNanos - toldNanos < limits().retryNanos()) {
            return;
        }
        toldStable = stable();
        for (Member member : members.all()) {
            if (member.isUsable()) {
                header(FrameKind.STABLE, member, null);
                setup.network().send(member.node, header, null, 0);
            }
        }
    }

    /** Keeps an exchange that waits for a component; it is tried again when something changed. */
    void park(Exchange exchange) {
        parked.add(exchange);
    }

    private void unpark() {
        for (int left = parked.size(); left > 0 && !parked.isEmpty(); left--) {
            switch (parked.remove()) {
                case PageRead read -> read.retry();
                case Confirmation confirmation -> confirmation.review();
                default -> throw Check.unreachable("only reads and confirmations wait");
            }
        }
    }

    /**
     * A component has no space for a write that others have: it goes there again by the reserve.
     */
    void onSpaceRefused(PageWrite write, Member member) {
        host.onSpaceRefused(now());
        if (!refused.contains(write)) {
            refused.add(write);
        }
    }

    private void resendRefused() {
        for (int left = refused.size(); left > 0; left--) {
            PageWrite write = refused.remove();
            members.all().forEach(write::offer);
        }
    }

    /** Runs {@code action} after the pause between repetitions, unless the engine has ended. */
    void afterRetry(Runnable action) {
        later.add(new Later(now() + limits().retryNanos(), action));
    }

    /** A frame to {@code member} as part of {@code exchange}, to be filled and sent. */
    FrameHeader header(FrameKind kind, Member member, @Nullable Exchange exchange) {
        header.kind = kind;
        header.flags = 0;
        header.status = ErrorCode.OK;
        header.credits = 0;
        header.volume = id.value();
        header.targetNode = member.node;
        header.sourceNode = setup.node();
        header.generation = member.generation;
        header.incarnation = member.incarnation;
        header.epoch = epoch;
        header.layer = 0;
        header.requestId = exchange == null ? 0 : exchange.requestId;
        header.version = 0;
        header.stable = stable();
        header.block = 0;
        header.offsetBytes = 0;
        header.lengthBytes = 0;
        header.aux = 0;
        header.bodyBytes = 0;
        header.payloadCrc = 0;
        return header;
    }

    /** Sends the frame last made by {@link #header}; {@code member} owes an answer after. */
    void send(Exchange exchange, Member member, @Nullable PageBuffer body, int offsetBytes) {
        Check.that(header.requestId == exchange.requestId, "the frame made last is sent");
        exchange.sentNanos = now();
        exchange.outstanding |= member.bit;
        setup.network().send(member.node, header, body, offsetBytes);
    }

    /** The version of the next write; the engine ends when its epoch has no more. */
    long nextVersion() {
        if (sequence == Version.SEQUENCE_MAX - 1) {
            afterRetry(() -> end(ErrorCode.CONFLICT));
        }
        return Version.of(epoch, ++sequence);
    }

    /** Where the engine stands, for status displays. */
    public ShardStatus.Engine status() {
        return host.status(engineState(), reason(), members.resyncs());
    }

    private ShardStatus.EngineState engineState() {
        return switch (state) {
            case STARTING -> ShardStatus.EngineState.STARTING;
            case EQUALISING -> ShardStatus.EngineState.EQUALISING;
            case ENDED -> ShardStatus.EngineState.ENDED;
            case SERVING -> {
                if (host.isHolding()) {
                    yield ShardStatus.EngineState.HOLDING;
                }
                yield leaseHolds()
                        ? ShardStatus.EngineState.SERVING
                        : ShardStatus.EngineState.CONFIRMED;
            }
        };
    }

    private String reason() {
        return switch (state) {
            case STARTING -> opening.reason();
            case EQUALISING -> "makes in-sync components equal";
            case SERVING ->
                    host.isHolding()
                            ? "too few up-to-date components for writes"
                            : members.trouble();
            case ENDED -> endReason.symbol();
        };
    }

    boolean isStarting() {
        return state == State.STARTING;
    }

    boolean isServing() {
        return state == State.SERVING;
    }

    VolumeId volumeId() {
        return id;
    }

    String id() {
        return id.toString();
    }

    long newestVersion() {
        return Version.of(epoch, sequence);
    }

    long stable() {
        return inFlight.stable();
    }

    long now() {
        return setup.clock().nanoTime();
    }

    Moving moving() {
        return moving;
    }

    Members members() {
        return members;
    }

    Exchanges exchanges() {
        return exchanges;
    }

    InFlight inFlight() {
        return inFlight;
    }

    RangeLocks locks() {
        return locks;
    }

    Recorder recorder() {
        return recorder;
    }

    ShardSetup setup() {
        return setup;
    }

    EngineLimits limits() {
        return setup.limits();
    }

    Bugs bugs() {
        return setup.bugs();
    }

    Log log() {
        return setup.log();
    }
}
