package io.xsan.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.xsan.base.ErrorCode;
import io.xsan.base.NodeId;
import io.xsan.base.Pages;
import io.xsan.base.VolumeId;
import io.xsan.base.memory.BufferPool;
import io.xsan.base.memory.PageBuffer;
import io.xsan.base.memory.PoolConfig;
import io.xsan.base.seam.Disk;
import io.xsan.engine.Shard;
import io.xsan.engine.ShardStatus;
import io.xsan.engine.VolumeIo;
import io.xsan.engine.VolumeSession;
import io.xsan.meta.MetaPort;
import io.xsan.meta.command.Command;
import io.xsan.meta.image.AttachmentRecord;
import io.xsan.meta.image.ComponentRecord;
import io.xsan.meta.image.ComponentState;
import io.xsan.meta.image.VolumePolicy;
import io.xsan.meta.image.VolumeRecord;
import io.xsan.sim.cluster.NodeShape;
import io.xsan.sim.cluster.ShardFactory;
import io.xsan.sim.cluster.SimCluster;
import io.xsan.sim.cluster.SimNode;
import io.xsan.sim.disk.SimDisk;
import io.xsan.sim.meta.MetaConditions;
import io.xsan.sim.net.NetConditions;
import io.xsan.sim.world.SimWorld;
import io.xsan.store.BlockStore;
import io.xsan.store.ReadOp;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Pages that rot on one or all of the two nodes of a volume: what is told, copied, repaired. */
class BadPagesSimTest {
    private static final VolumeId VOLUME = new VolumeId(5);
    private static final long ATTACHMENT = 9;
    private static final int PAGES = 8;
    private static final long WAIT_NANOS = 60 * SimWorld.SECOND_NANOS;
    private static final long LONG_NANOS = 300 * SimWorld.SECOND_NANOS;

    private final SimWorld world = new SimWorld(1);
    private final SimCluster cluster =
            new SimCluster(
                    world,
                    2,
                    new SimCluster.Conditions(
                            NetConditions.LAN,
                            new MetaConditions(1_000_000, 1_000_000, 0, 0),
                            NodeShape.SMALL),
                    shards());
    private final long[] seen = new long[PAGES];
    private @Nullable VolumeSession session;
    private @Nullable ErrorCode ended;
    private long sessions;
    private boolean isPromotedOfAnotherLife;
    private int promotions;
    private long scrubMillis;

    /** As they are, but for promotions that can be made to name a life that no node has. */
    private ShardFactory shards() {
        return seams ->
                RealShards.scrubbing(scrubMillis)
                        .make(
                                new ShardFactory.Seams(
                                        seams.cluster(),
                                        seams.node(),
                                        seams.incarnation(),
                                        seams.clock(),
                                        seams.scheduler(),
                                        seams.entropy(),
                                        seams.pool(),
                                        seams.store(),
                                        seams.network(),
                                        (command, answer) ->
                                                submit(seams.meta(), command, answer)));
    }

    private void submit(MetaPort meta, Command command, MetaPort.Answer answer) {
        Command sent = command;
        if (command instanceof Command.Promote promote) {
            promotions++;
            if (isPromotedOfAnotherLife) {
                sent =
                        new Command.Promote(
                                promote.id(),
                                promote.epoch(),
                                promote.node(),
                                promote.generation(),
                                promote.gain(),
                                promote.attempt(),
                                promote.incarnation() + 1,
                                promote.storeId());
            }
        }
        meta.submit(sent, answer);
    }

    @AfterEach
    void end() {
        cluster.nodes().forEach(node -> node.crash(false));
    }

    private void form() {
        await(WAIT_NANOS, () -> cluster.isFormed(2));
        VolumePolicy policy = new VolumePolicy(2, 1, 0);
        cluster.command(
                new Command.CreateVolume(
                        VOLUME, "volume", 8L << 20, 4096, policy, new NodeId(1), 100, 0),
                _ -> {});
        await(WAIT_NANOS, () -> state(2) != null);
        AttachmentRecord attachment = new AttachmentRecord(ATTACHMENT, "host", false, false);
        cluster.command(new Command.Attach(VOLUME, attachment), _ -> {});
    }

    private void await(long nanos, BooleanSupplier isDone) {
        assertThat(world.runUntil(world.now() + nanos, isDone)).isTrue();
    }

    private void pass(long nanos) {
        world.runUntil(world.now() + nanos, () -> false);
    }

    private @Nullable ComponentRecord record(int node) {
        return cluster.image()
                .volume(VOLUME)
                .flatMap(volume -> volume.component(new NodeId(node)))
                .orElse(null);
    }

    private @Nullable ComponentState state(int node) {
        ComponentRecord record = record(node);
        return record == null ? null : record.state();
    }

    private boolean isInSync(int node) {
        return state(node) == ComponentState.IN_SYNC;
    }

    /** As the owner knows it, too. */
    private void awaitInSync(int node) {
        await(2 * WAIT_NANOS, () -> isInSync(node));
        pass(SimWorld.SECOND_NANOS);
    }

    private static long marker(long value, int page) {
        return value << 32 | 0x5eed0000L | page;
    }

    private void write(int page, int pages, long value) {
        assertThat(io(VolumeIo.Kind.WRITE, page, pages, value)).isEqualTo(ErrorCode.OK);
    }

    private ErrorCode read(int page, int pages) {
        return io(VolumeIo.Kind.READ, page, pages, 0);
    }

    private void assertHolds(int page, long value) {
        assertThat(read(page, 1)).isEqualTo(ErrorCode.OK);
        assertThat(seen[0]).isEqualTo(marker(value, page));
    }

    /** One I/O to its end, by a session of its own. */
    private ErrorCode io(VolumeIo.Kind kind, int page, int pages, long value) {
        SimNode owner = connected();
        begin(owner, kind, page, pages, value);
        await(WAIT_NANOS, () -> ended != null);
        return Objects.requireNonNull(ended);
    }

    private SimNode connected() {
        session = null;
        SimNode[] owner = new SimNode[1];
        for (int tries = 0; tries < 300 && session == null; tries++) {
            SimNode node = Objects.requireNonNull(cluster.ownerOf(VOLUME));
            Shard shard = node.shard();
            owner[0] = node;
            long number = ++sessions;
            if (shard != null) {
                node.lane()
                        .post(
                                0,
                                () ->
                                        shard.connect(
                                                VOLUME.value(),
                                                ATTACHMENT,
                                                number,
                                                new Listener()));
            }
            world.runUntil(world.now() + 200_000_000L, () -> session != null);
        }
        assertThat(session).as("a session is served").isNotNull();
        return owner[0];
    }

    private void begin(SimNode owner, VolumeIo.Kind kind, int page, int pages, long value) {
        ended = null;
        PageBuffer data = Objects.requireNonNull(owner.hostPool().take(pages * Pages.PAGE_BYTES));
        VolumeIo io =
                new VolumeIo() {
                    @Override
                    public void onDone(ErrorCode status) {
                        ended = status;
                        for (int i = 0; i < pages; i++) {
                            seen[i] = data.bytes().getLong(i * Pages.PAGE_BYTES);
                        }
                        data.release();
                    }
                };
        io.kind = kind;
        io.offsetBytes = (long) page * Pages.PAGE_BYTES;
        io.lengthBytes = pages * Pages.PAGE_BYTES;
        io.buffer = data;
        for (int i = 0; i < pages; i++) {
            data.bytes().putLong(i * Pages.PAGE_BYTES, marker(value, page + i));
        }
        VolumeSession to = Objects.requireNonNull(session);
        owner.lane().post(0, () -> to.submit(io));
    }

    /** A session's end is the next one's beginning. */
    private final class Listener implements VolumeSession.Listener {
        @Override
        public void onReady(VolumeSession ready) {
            session = ready;
        }

        @Override
        public void onResized(long sizeBytes) {}

        @Override
        public void onDropped(ErrorCode reason) {}
    }

    /** Flips a bit of every copy of a page's content on the device of a node. */
    private void rot(int node, int page, long value) {
        SimDisk disk = cluster.node(node).disk();
        SimDisk seenNow = disk.fork(() -> 0, SimDisk.INLINE);
        BufferPool pool = new BufferPool(new PoolConfig(0, 1, 0, 0, 4 << 20));
        PageBuffer buffer = Objects.requireNonNull(pool.take(Pages.PAGE_BYTES));
        Disk.Slice slice = new Disk.Slice(buffer, 0, Pages.PAGE_BYTES);
        int rotten = 0;
        for (long at = 0; at < disk.sizeBytes(); at += Pages.PAGE_BYTES) {
            seenNow.read(at, slice, (_, _) -> {}, 0);
            if (buffer.bytes().getLong(0) == marker(value, page)) {
                assertThat(disk.rot(at + 100, 3)).isTrue();
                rotten++;
            }
        }
        buffer.release();
        assertThat(rotten).as("copies on the device").isPositive();
    }

    /** Reads a page from the store of a node alone. */
    private ErrorCode stored(int node, int page) {
        SimNode of = cluster.node(node);
        BlockStore store = Objects.requireNonNull(of.store());
        PageBuffer buffer = Objects.requireNonNull(of.pool().take(Pages.PAGE_BYTES));
        ended = null;
        ReadOp op = new ReadOp((_, status) -> ended = status);
        op.component =
                store.component(VOLUME.value(), Objects.requireNonNull(record(node)).generation());
        op.firstPage = page;
        op.pages = 1;
        op.buffer = buffer;
        of.lane().post(0, () -> store.read(op));
        await(WAIT_NANOS, () -> ended != null);
        buffer.release();
        return Objects.requireNonNull(ended);
    }

    private String reason(int node) {
        return Objects.requireNonNull(cluster.node(node).shard())
                .status()
                .engines()
                .getFirst()
                .reason();
    }

    /** The other node goes, misses what {@code meanwhile} writes, and comes back. */
    private void missed(Runnable meanwhile) {
        cluster.node(2).crash(false);
        await(WAIT_NANOS, () -> state(2) == ComponentState.STALE);
        meanwhile.run();
        cluster.node(2).start();
    }

    @Test
    void rangeIsReadThoughEachCopyOfItHasAnotherBadPage() {
        form();
        write(0, PAGES, 1);
        rot(1, 1, 1);
        rot(2, 2, 1);
        assertThat(read(0, PAGES)).isEqualTo(ErrorCode.OK);
        for (int page = 0; page < PAGES; page++) {
            assertThat(seen[page]).isEqualTo(marker(1, page));
        }
        pass(SimWorld.SECOND_NANOS);
        assertThat(stored(1, 1)).isEqualTo(ErrorCode.OK);
        assertThat(stored(2, 2)).isEqualTo(ErrorCode.OK);
    }

    @Test
    void pageThatNoSourceCanReadIsCopiedAsLostAndTheRestIsInSync() {
        form();
        write(0, PAGES, 1);
        missed(() -> {
            write(0, PAGES, 2);
            rot(1, 5, 2);
        });
        awaitInSync(2);
        assertThat(read(5, 1)).isEqualTo(ErrorCode.BLOCK_CORRUPTED);
        cluster.node(1).crash(true);
        await(WAIT_NANOS, () -> cluster.ownerOf(VOLUME) == cluster.node(2));
        cluster.node(2).crash(true);
        cluster.node(2).start();
        assertThat(read(5, 1)).isEqualTo(ErrorCode.BLOCK_CORRUPTED);
        assertHolds(4, 2);
        assertHolds(6, 2);
        write(5, 1, 3);
        assertHolds(5, 3);
    }

    @Test
    void pageThatTheComponentItselfHasAsItShouldBeIsNotLost() {
        form();
        write(0, PAGES, 1);
        cluster.node(2).disk().lie(true);
        write(0, 1, 2);
        pass(2 * SimWorld.SECOND_NANOS);
        cluster.node(2).crash(true);
        cluster.node(2).disk().lie(false);
        await(WAIT_NANOS, () -> state(2) == ComponentState.STALE);
        rot(1, 5, 1);
        cluster.node(2).start();
        awaitInSync(2);
        assertHolds(0, 2);
        assertHolds(5, 1);
        pass(SimWorld.SECOND_NANOS);
        assertThat(stored(1, 5)).isEqualTo(ErrorCode.OK);
        assertThat(stored(2, 5)).isEqualTo(ErrorCode.OK);
    }

    /**
     * A write reaches the owner's own component alone, and the owner dies. Another one follows: bad
     * bytes at the end of a log are taken for torn.
     */
    private void writeToTheOwnerAlone(int page) {
        write(0, PAGES, 1);
        SimNode owner = connected();
        cluster.fabric().cut(1, 2);
        begin(owner, VolumeIo.Kind.WRITE, page, 2, 2);
        pass(50_000_000L);
        begin(owner, VolumeIo.Kind.WRITE, PAGES - 1, 1, 2);
        pass(50_000_000L);
        assertThat(ended).isNull();
        cluster.node(1).crash(true);
        cluster.fabric().heal(1, 2);
    }

    @Test
    void unacknowledgedVersionThatRottedGivesWayToTheOneBefore() {
        form();
        writeToTheOwnerAlone(3);
        rot(1, 3, 2);
        cluster.node(1).start();
        assertHolds(3, 1);
        assertHolds(4, 2);
        assertThat(stored(1, 3)).isEqualTo(ErrorCode.OK);
        assertThat(isInSync(1) && isInSync(2)).isTrue();
    }

    @Test
    void volumeIsServedThoughNoCopyOfAPageInDoubtIsGood() {
        form();
        writeToTheOwnerAlone(3);
        rot(1, 3, 2);
        rot(2, 3, 1);
        cluster.node(1).start();
        assertHolds(4, 2);
        assertThat(read(3, 1)).isEqualTo(ErrorCode.BLOCK_CORRUPTED);
        write(3, 1, 3);
        assertHolds(3, 3);
        assertThat(isInSync(1) && isInSync(2)).isTrue();
    }

    private ShardStatus.Scrub scrubbed() {
        SimNode owner = Objects.requireNonNull(cluster.ownerOf(VOLUME));
        Shard shard = Objects.requireNonNull(owner.shard());
        long before = scrub(shard).finishedMillis();
        pass(10_000_000L);
        ErrorCode[] code = new ErrorCode[1];
        owner.lane().post(0, () -> code[0] = shard.scrub(VOLUME.value()));
        await(WAIT_NANOS, () -> scrub(shard).finishedMillis() != before);
        assertThat(code[0]).isEqualTo(ErrorCode.OK);
        return scrub(shard);
    }

    private static ShardStatus.Scrub scrub(Shard shard) {
        return shard.status().engines().getFirst().scrub();
    }

    @Test
    void scrubRepairsWhatRottedOnAnyNode() {
        form();
        write(0, PAGES, 1);
        rot(1, 1, 1);
        rot(2, 2, 1);
        rot(2, 3, 1);
        ShardStatus.Scrub scrub = scrubbed();
        assertThat(scrub.repairedPages()).isEqualTo(3);
        assertThat(scrub.badPages()).isZero();
        assertThat(scrub.readPages()).isGreaterThanOrEqualTo(PAGES);
        assertThat(stored(1, 1)).isEqualTo(ErrorCode.OK);
        assertThat(stored(2, 2)).isEqualTo(ErrorCode.OK);
        assertThat(stored(2, 3)).isEqualTo(ErrorCode.OK);
        assertThat(scrubbed().repairedPages()).isZero();
        assertHolds(1, 1);
        assertHolds(2, 1);
    }

    @Test
    void scrubTellsWhatIsBadOnAllNodesAndLeavesIt() {
        form();
        write(0, PAGES, 1);
        rot(1, 4, 1);
        rot(2, 4, 1);
        rot(2, 5, 1);
        ShardStatus.Scrub scrub = scrubbed();
        assertThat(scrub.badPages()).isEqualTo(1);
        assertThat(scrub.repairedPages()).isEqualTo(1);
        assertThat(read(4, 1)).isEqualTo(ErrorCode.BLOCK_CORRUPTED);
        write(4, 1, 2);
        assertThat(scrubbed().badPages()).isZero();
        assertHolds(4, 2);
    }

    @Test
    void scrubThatIsAskedForReadsWhatWasWrittenSinceTheOneUnderWayBegan() {
        scrubMillis = 60_000;
        form();
        for (int piece = 0; piece < 20; piece++) {
            write(16 * piece, 1, 1);
        }
        Shard shard = Objects.requireNonNull(cluster.node(1).shard());
        long first = scrub(shard).startedMillis();
        await(2 * WAIT_NANOS, () -> scrub(shard).startedMillis() != first);
        await(WAIT_NANOS, () -> scrub(shard).readPages() > 0);
        write(1_000, 1, 2);
        rot(2, 1_000, 2);
        assertThat(scrub(shard).isRunning()).isTrue();
        assertThat(scrubbed().repairedPages()).isEqualTo(1);
        assertThat(stored(2, 1_000)).isEqualTo(ErrorCode.OK);
    }

    @Test
    void scrubFindsAWriteThatAnInSyncComponentLost() {
        form();
        write(0, PAGES, 1);
        cluster.node(2).disk().loseNextWrites(1);
        write(3, 1, 2);
        pass(SimWorld.SECOND_NANOS);
        ShardStatus.Scrub scrub = scrubbed();
        assertThat(scrub.repairedPages()).isPositive();
        assertThat(scrub.badPages()).isZero();
        assertThat(stored(2, 3)).isEqualTo(ErrorCode.OK);
        assertHolds(3, 2);
    }

    @Test
    void refusedPromotionIsTriedAgainLessAndLessOftenAndTellsWhy() {
        form();
        write(0, PAGES, 1);
        isPromotedOfAnotherLife = true;
        missed(() -> write(0, PAGES, 2));
        pass(LONG_NANOS);
        assertThat(promotions).isBetween(5, 20);
        assertThat(isInSync(2)).isFalse();
        assertThat(reason(1)).contains("node 2").contains("incarnation");
        isPromotedOfAnotherLife = false;
        awaitInSync(2);
        assertThat(reason(1)).isEmpty();
        VolumeRecord volume = cluster.image().volume(VOLUME).orElseThrow();
        assertThat(volume.component(new NodeId(2)).orElseThrow().attempt()).isLessThan(20);
    }
}
