package io.xsan.server.cli;

import io.xsan.base.ErrorCode;
import io.xsan.base.Refusal;
import io.xsan.meta.codec.Decoded;
import io.xsan.meta.codec.RecordCodec;
import io.xsan.meta.image.ClusterImage;
import io.xsan.protocol.client.XsanClient;
import io.xsan.protocol.v1.Empty;
import io.xsan.protocol.v1.MetadataBackup;
import io.xsan.protocol.v1.RemoveMemberRequest;
import io.xsan.server.config.ConfigReader;
import io.xsan.server.raft.SoleMember;
import io.xsan.server.shard.SystemEntropy;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code xsan meta}. */
@Command(
        name = "meta",
        description = "Changes the metadata group, and makes it again when it is lost.")
final class MetaCommand {
    private static final int BACKUP_BYTES_MAX = 256 << 20;

    private final Cluster cluster;

    MetaCommand(Cluster cluster) {
        this.cluster = cluster;
    }

    @Command(
            description =
                    "Takes a node out of the metadata group; it goes on as a follower once it is"
                            + " started without itself in its 'members'.")
    int remove(@Parameters(paramLabel = "NODE", description = "Number of the node.") int node)
            throws IOException {
        RemoveMemberRequest request = RemoveMemberRequest.newBuilder().setNode(node).build();
        cluster.show(
                s -> s.removeMember(request),
                answer -> "Node " + node + " is no member of the metadata group\n");
        return 0;
    }

    @Command(description = "Writes all metadata (no blocks) to a new file, while the cluster runs.")
    int backup(@Parameters(paramLabel = "FILE") Path file) throws IOException {
        if (Files.exists(file)) {
            throw new Refusal(ErrorCode.CONFLICT, file + " is there: name a new file");
        }
        MetadataBackup backup;
        try (XsanClient client = cluster.connect()) {
            backup =
                    client.call(s ->
                            s.withMaxInboundMessageSize(BACKUP_BYTES_MAX)
                                    .backUpMetadata(Empty.getDefaultInstance()));
        }
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        Files.write(fresh, backup.getImage().toByteArray());
        try (FileChannel channel = FileChannel.open(fresh, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
        print("Wrote the metadata as of entry " + backup.getIndex() + " to " + file);
        return 0;
    }

    @Command(
            description = {
                "Makes a stopped datanode the only member of a new metadata group that begins with a",
                "backup. Tells what may be lost, and asks. Others join it afterwards."
            })
    int restore(
            @Parameters(paramLabel = "FILE") Path file,
            @Option(
                            names = "--config",
                            required = true,
                            paramLabel = "FILE",
                            description = "Configuration of the datanode.")
                    Path config,
            @Mixin Confirmation confirmation)
            throws IOException {
        try (SoleMember member = SoleMember.open(ConfigReader.read(config))) {
            ClusterImage left = read(file);
            tell(left, "the backup");
            found(member, left, confirmation);
        }
        return 0;
    }

    @Command(
            description = {
                "Makes a stopped datanode, a survivor of a metadata group whose majority is lost for",
                "good, the only member of a new one. Tells what may be lost, and asks."
            })
    int recover(
            @Option(
                            names = "--survivor",
                            required = true,
                            description = "This datanode goes on with what it knows.")
                    boolean isSurvivor,
            @Option(
                            names = "--config",
                            required = true,
                            paramLabel = "FILE",
                            description = "Configuration of the datanode.")
                    Path config,
            @Mixin Confirmation confirmation)
            throws IOException {
        try (SoleMember member = SoleMember.open(ConfigReader.read(config))) {
            ClusterImage left = member.survivingState();
            tell(left, "what this node knows");
            found(member, left, confirmation);
        }
        return 0;
    }

    private static ClusterImage read(Path file) throws IOException {
        if (Files.size(file) > BACKUP_BYTES_MAX) {
            throw new IOException(file + ": too long for a backup of metadata");
        }
        return switch (RecordCodec.decodeImage(Files.readAllBytes(file))) {
            case Decoded.Ok<ClusterImage>(ClusterImage image) -> image;
            case Decoded.Failed<ClusterImage>(var fault, var detail) ->
                    throw new IOException(
                            file + ": no backup of metadata: " + fault + " in " + detail);
        };
    }

    private void tell(ClusterImage left, String what) {
        print("Cluster " + left.clusterId() + ", entry " + left.index() + " of its metadata:");
        print(left.nodes().size() + " nodes, " + left.names().size() + " volumes.");
        print(
                "Lost is what was changed after "
                        + what
                        + ": volumes made since are orphans, deleted");
        print(
                "ones are there again and empty. No copy is believed before its owner has compared all");
        print("copies of the volume; where one is gone, use 'xsan volume recover'.");
    }

    private void found(SoleMember member, ClusterImage left, Confirmation confirmation)
            throws IOException {
        confirmation.require(
                cluster.surroundings(), "the cluster (its id)", left.clusterId().toString());
        Path old = member.found(left, new SystemEntropy().nextId());
        print(
                "This node is the only member of the metadata group. What was there is in "
                        + old
                        + ".");
        print("Before another old member starts: move 'raft' and 'metadata' out of its data_dir.");
    }

    private void print(String line) {
        cluster.surroundings().out().println(line);
        cluster.surroundings().out().flush();
    }
}
