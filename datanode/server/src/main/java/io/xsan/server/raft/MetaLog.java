package io.xsan.server.raft;

import io.xsan.base.log.Log;
import io.xsan.meta.MetaStateMachine;
import io.xsan.meta.codec.CommandCodec;
import io.xsan.meta.codec.Decoded;
import io.xsan.meta.command.Command;
import io.xsan.server.rocksdb.RocksKvStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftGroupMemberId;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.statemachine.SnapshotInfo;
import org.apache.ratis.statemachine.StateMachineStorage;
import org.apache.ratis.statemachine.TransactionContext;
import org.apache.ratis.statemachine.impl.BaseStateMachine;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.apache.ratis.util.LifeCycle;
import org.jspecify.annotations.Nullable;

/**
 * What Ratis drives on this member: applies entries to the metadata's state machine. After a
 * restart the log is applied again from the last checkpoint; the state machine knows what it has
 * applied before.
 */
final class MetaLog extends BaseStateMachine {
    private final CheckpointStorage checkpoints = new CheckpointStorage();
    private final MetaStateMachine machine;
    private final RocksKvStore store;
    private final Leases leases;
    private final Runnable onLeader;
    private final Log log;

    /** {@code onLeader} is told of another leader, quickly. */
    MetaLog(
            MetaStateMachine machine,
            RocksKvStore store,
            Leases leases,
            Runnable onLeader,
            Log log) {
        this.machine = machine;
        this.store = store;
        this.leases = leases;
        this.onLeader = onLeader;
        this.log = log;
    }

    @Override
    public void initialize(RaftServer server, RaftGroupId group, RaftStorage storage)
            throws IOException {
        getLifeCycle()
                .startAndTransition(() -> {
                    super.initialize(server, group, storage);
                    checkpoints.init(storage);
                    load();
                });
    }

    /** Takes up the newest checkpoint, unless the state is as new. */
    private void load() throws IOException {
        Optional<CheckpointStorage.Checkpoint> newest = checkpoints.newest();
        if (newest.isEmpty()) {
            return;
        }
        TermIndex at = newest.get().at();
        if (machine.appliedIndex() < at.getIndex()) {
            store.replaceWith(CheckpointStorage.files(newest.get().directory()));
            machine.reload();
            log.info("metadata-checkpoint-taken-up", "index", machine.appliedIndex());
        }
        setLastAppliedTermIndex(at);
    }

    /** Ratis installs a checkpoint of the leader: nothing is applied meanwhile. */
    @Override
    public void pause() {
        getLifeCycle().transition(LifeCycle.State.PAUSING);
        getLifeCycle().transition(LifeCycle.State.PAUSED);
    }

    /** The checkpoint is there. */
    @Override
    public void reinitialize() throws IOException {
        getLifeCycle()
                .startAndTransition(() -> {
                    Files.createDirectories(checkpoints.getTmpDir().toPath());
                    load();
                });
    }

    @Override
    public StateMachineStorage getStateMachineStorage() {
        return checkpoints;
    }

    @Override
    public @Nullable SnapshotInfo getLatestSnapshot() {
        return checkpoints.getLatestSnapshot();
    }

    /** A checkpoint of all that is applied, on the thread that applies. The index it is of. */
    @Override
    public long takeSnapshot() throws IOException {
        TermIndex at = getLastAppliedTermIndex();
        Path scratch = checkpoints.scratch();
        store.checkpoint(scratch.toString());
        checkpoints.add(at, scratch);
        log.info("metadata-checkpoint", "index", at.getIndex());
        return at.getIndex();
    }

    @Override
    public TransactionContext startTransaction(RaftClientRequest request) throws IOException {
        TransactionContext transaction = super.startTransaction(request);
        byte[] bytes = request.getMessage().getContent().toByteArray();
        if (CommandCodec.decode(bytes) instanceof Decoded.Ok<Command>(Command command)
                && command instanceof Command.GrantEpoch grant
                && !leases.mayGrantEpoch(grant.id(), grant.node())) {
            transaction.setException(
                    new IOException("an earlier owner of the volume may still hold a lease"));
        }
        return transaction;
    }

    @Override
    public CompletableFuture<Message> applyTransaction(TransactionContext transaction) {
        LogEntryProto entry = transaction.getLogEntry();
        byte[] command = entry.getStateMachineLogEntry().getLogData().toByteArray();
        byte[] result = machine.apply(entry.getIndex(), command);
        updateLastAppliedTermIndex(entry.getTerm(), entry.getIndex());
        return CompletableFuture.completedFuture(Message.valueOf(ByteString.copyFrom(result)));
    }

    @Override
    public void notifyLeaderReady() {
        log.info("metadata-leading", "index", machine.appliedIndex());
        leases.onLeader(machine.image());
    }

    @Override
    public void notifyNotLeader(Collection<TransactionContext> pending) {
        leases.onFollower();
    }

    @Override
    public void notifyLeaderChanged(RaftGroupMemberId member, RaftPeerId newLeader) {
        log.info("metadata-leader", "node", newLeader == null ? "" : newLeader.toString());
        onLeader.run();
    }
}
