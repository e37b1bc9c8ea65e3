package io.xsan.server.raft;

import io.xsan.base.ErrorCode;
import io.xsan.base.Refusal;
import io.xsan.meta.MetaStateMachine;
import io.xsan.meta.image.ClusterImage;
import io.xsan.meta.restore.Refounding;
import io.xsan.server.config.DatanodeConfig;
import io.xsan.server.rocksdb.RocksKvStore;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.proto.RaftProtos.RaftConfigurationProto;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.RaftServerConfigKeys;
import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.server.raftlog.segmented.LogSegment;
import org.apache.ratis.server.raftlog.segmented.LogSegmentPath;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.server.storage.RaftStorageImpl;
import org.apache.ratis.server.storage.RaftStorageMetadata;
import org.apache.ratis.server.storage.StorageImplUtils;
import org.apache.ratis.util.SizeInBytes;

/**
 * A stopped datanode on its way to be the only member of a new metadata group, when the old one is
 * lost for good. Others join it afterwards, as new members do.
 *
 * <pre>
 *   data_dir/raft/CLUSTER/current/log_*   --\
 *   data_dir/raft/CLUSTER/sm/snapshot.*   ---+--> state --Refounding--> data_dir/raft (a checkpoint, no log)
 *   data_dir/metadata                     --/
 *   what was there before                 --> data_dir/lost-LIFE/raft, metadata
 * </pre>
 *
 * The node goes on as another peer, NODE-LIFE: members of the old group that come back know none of
 * that name. Holds the lock of data_dir until it is closed. One thread.
 */
public final class SoleMember implements AutoCloseable {
    private static final long FIRST_TERM = 1;

    private final DatanodeConfig config;
    private final Path data;
    private final FileChannel lockFile;

    private SoleMember(DatanodeConfig config, FileChannel lockFile) {
        this.config = config;
        this.data = config.cluster().dataDir();
        this.lockFile = lockFile;
    }

    /**
     * Takes the data_dir of a datanode.
     *
     * @throws Refusal if a process has it, or if the configuration does not make it a member
     */
    public static SoleMember open(DatanodeConfig config) throws IOException {
        if (!config.isMember()) {
            throw new Refusal(
                    ErrorCode.INVALID_PARAM,
                    "members does not name node "
                            + config.cluster().nodeId()
                            + ": only a member can become the only one");
        }
        Path data = config.cluster().dataDir();
        Files.createDirectories(data);
        FileChannel lockFile =
                FileChannel.open(
                        data.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock lock = lockFile.tryLock();
        if (lock == null) {
            lockFile.close();
            throw new Refusal(
                    ErrorCode.CONFLICT, data + " is used by a datanode process: stop it first");
        }
        return new SoleMember(config, lockFile);
    }

    /**
     * All that this member knows: its state, and every entry of its log, also those of which it is
     * not known whether the group had agreed on them. Changes nothing.
     *
     * @throws Refusal if nothing of the cluster is here, or entries are missing in between
     */
    public ClusterImage survivingState() throws IOException {
        Path group = group(data.resolve("raft"));
        if (!Files.isDirectory(group)) {
            throw new Refusal(
                    ErrorCode.NOT_FOUND,
                    group + " is not there: this node has no log of the group");
        }
        Path scratch = emptied(data.resolve("refounding"));
        try (RocksKvStore copy = new RocksKvStore(scratch.resolve("copy"))) {
            if (Files.isDirectory(data.resolve("metadata"))) {
                try (RocksKvStore live = new RocksKvStore(data.resolve("metadata"))) {
                    live.checkpoint(scratch.resolve("live").toString());
                }
                copy.replaceWith(CheckpointStorage.files(scratch.resolve("live")));
            }
            MetaStateMachine machine = new MetaStateMachine(copy, image -> {});
            long known = machine.appliedIndex();
            Optional<CheckpointStorage.Checkpoint> newest =
                    CheckpointStorage.newest(group.resolve("sm"));
            if (newest.isPresent() && newest.get().at().getIndex() > known) {
                copy.replaceWith(CheckpointStorage.files(newest.get().directory()));
                machine.reload();
                known = newest.get().at().getIndex();
            }
            replay(group.resolve("current"), machine, known);
            return machine.image();
        } finally {
            emptied(scratch);
        }
    }

    private static void replay(Path log, MetaStateMachine machine, long known) throws IOException {
        SizeInBytes entryMax =
                RaftServerConfigKeys.Log.Appender.bufferByteLimit(new RaftProperties());
        long[] last = {known};
        for (LogSegmentPath segment : segments(log)) {
            boolean isOpen = isOpen(segment);
            LogSegment.readSegmentFile(
                    segment.getPath().toFile(),
                    segment.getStartEnd(),
                    entryMax,
                    isOpen
                            ? RaftServerConfigKeys.Log.CorruptionPolicy.WARN_AND_RETURN
                            : RaftServerConfigKeys.Log.CorruptionPolicy.EXCEPTION,
                    null,
                    entry -> apply(machine, entry, last));
        }
    }

    private static void apply(MetaStateMachine machine, LogEntryProto entry, long[] last) {
        if (entry.getIndex() <= last[0]) {
            return;
        }
        if (entry.getIndex() != last[0] + 1) {
            throw new Refusal(
                    ErrorCode.CONFLICT,
                    "the log goes on at entry "
                            + entry.getIndex()
                            + ", the state ends at "
                            + last[0]
                            + ": take another survivor, or a backup");
        }
        last[0] = entry.getIndex();
        if (entry.hasStateMachineLogEntry()) {
            machine.apply(
                    entry.getIndex(), entry.getStateMachineLogEntry().getLogData().toByteArray());
        }
    }

    private static List<LogSegmentPath> segments(Path log) throws IOException {
        List<LogSegmentPath> found = new ArrayList<>();
        try (Stream<Path> files = Files.list(log)) {
            for (Path file : files.toList()) {
                LogSegmentPath segment = LogSegmentPath.matchLogSegment(file);
                if (segment != null) {
                    found.add(segment);
                }
            }
        }
        found.sort(Comparator.comparingLong(SoleMember::firstIndex));
        return found;
    }

    /** Files of the log are named for the entries in them; the last one for its first only. */
    private static boolean isOpen(LogSegmentPath segment) {
        return segment.getPath().getFileName().toString().contains("inprogress");
    }

    private static long firstIndex(LogSegmentPath segment) {
        String name = segment.getPath().getFileName().toString();
        return Long.parseLong(name.replaceAll("^[^0-9]+", "").replaceAll("[^0-9].*$", ""));
    }

    /**
     * Makes this node the only member of a new group that begins with {@code left}, as a peer of
     * the name of {@code life}; durable on return. What was there before is kept beside it, in the
     * directory that is answered.
     *
     * @throws Refusal if {@code left} is of another cluster
     */
    public Path found(ClusterImage left, long life) throws IOException {
        if (!left.isFormed() || !left.clusterId().equals(config.cluster().clusterId())) {
            throw new Refusal(
                    ErrorCode.IDENTITY_MISMATCH,
                    left.isFormed()
                            ? "the state is that of cluster "
                                    + left.clusterId()
                                    + ", this node is of "
                                    + config.cluster().clusterId()
                            : "the state is that of no cluster");
        }
        ClusterImage state = Refounding.of(left);
        Path fresh = emptied(data.resolve("refounding")).resolve("raft");
        String peer = config.cluster().nodeId() + "-" + Long.toHexString(life);
        writeGroup(fresh, peer, state);
        new PeerFile(fresh).write(peer);
        Path old = Files.createDirectories(data.resolve("lost-" + Long.toHexString(life)));
        for (String each : List.of("metadata", "raft")) {
            if (Files.exists(data.resolve(each))) {
                Files.move(data.resolve(each), old.resolve(each), StandardCopyOption.ATOMIC_MOVE);
            }
        }
        Files.move(fresh, data.resolve("raft"), StandardCopyOption.ATOMIC_MOVE);
        sync(data);
        emptied(data.resolve("refounding"));
        return old;
    }

    private void writeGroup(Path raft, String peer, ClusterImage state) throws IOException {
        Path group = Files.createDirectories(group(raft));
        TermIndex at = TermIndex.valueOf(FIRST_TERM, state.index());
        try (RaftStorageImpl storage =
                StorageImplUtils.newRaftStorage(
                        group.toFile(),
                        SizeInBytes.valueOf(0),
                        RaftStorage.StartupOption.FORMAT,
                        RaftServerConfigKeys.Log.CorruptionPolicy.EXCEPTION)) {
            storage.initialize();
            storage.getMetadataFile()
                    .persist(RaftStorageMetadata.valueOf(FIRST_TERM, RaftPeerId.valueOf(peer)));
            write(storage, at, peer);
            CheckpointStorage checkpoints = new CheckpointStorage();
            checkpoints.init(storage);
            Path scratch = raft.resolveSibling("state");
            try (RocksKvStore store = new RocksKvStore(scratch)) {
                MetaStateMachine.write(store, state);
                Path checkpoint = checkpoints.scratch();
                store.checkpoint(checkpoint.toString());
                checkpoints.add(at, checkpoint);
            }
        }
    }

    private void write(RaftStorageImpl storage, TermIndex at, String peer) {
        RaftPeer self = RaftSettings.peer(peer, config.self());
        storage.writeRaftConfiguration(
                LogEntryProto.newBuilder()
                        .setTerm(at.getTerm())
                        .setIndex(at.getIndex())
                        .setConfigurationEntry(
                                RaftConfigurationProto.newBuilder()
                                        .addPeers(self.getRaftPeerProto()))
                        .build());
    }

    private Path group(Path raft) {
        return raft.resolve(
                RaftSettings.groupId(config.cluster().clusterId()).getUuid().toString());
    }

    private static Path emptied(Path directory) throws IOException {
        CheckpointStorage.delete(directory);
        return directory;
    }

    private static void sync(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    @Override
    public void close() throws IOException {
        lockFile.close();
    }
}
