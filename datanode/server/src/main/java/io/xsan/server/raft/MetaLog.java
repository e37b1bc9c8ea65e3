package io.xsan.server.raft;

import io.xsan.base.log.Log;
import io.xsan.meta.MetaStateMachine;
import io.xsan.meta.codec.CommandCodec;
import io.xsan.meta.codec.Decoded;
import io.xsan.meta.command.Command;
import java.io.IOException;
import java.util.Collection;
import java.util.concurrent.CompletableFuture;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftGroupMemberId;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.statemachine.TransactionContext;
import org.apache.ratis.statemachine.impl.BaseStateMachine;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;

/**
 * What Ratis drives on this member: applies entries to the metadata's state machine. After a
 * restart the log is applied again from its start; the state machine knows what it has applied
 * before.
 */
final class MetaLog extends BaseStateMachine {
    private final MetaStateMachine machine;
    private final Leases leases;
    private final Runnable onLeader;
    private final Log log;

    /** {@code onLeader} is told of another leader, quickly. */
    MetaLog(MetaStateMachine machine, Leases leases, Runnable onLeader, Log log) {
        this.machine = machine;
        this.leases = leases;
        this.onLeader = onLeader;
        this.log = log;
    }

    @Override
    public void initialize(RaftServer server, RaftGroupId group, RaftStorage storage)
            throws IOException {
        getLifeCycle().startAndTransition(() -> super.initialize(server, group, storage));
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
