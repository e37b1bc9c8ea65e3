package io.xsan.meta.codec;

import io.xsan.base.NodeId;
import io.xsan.base.VolumeId;
import io.xsan.meta.command.Command;
import io.xsan.meta.command.Command.Attach;
import io.xsan.meta.command.Command.CommitMove;
import io.xsan.meta.command.Command.ComponentDropped;
import io.xsan.meta.command.Command.ComponentsLost;
import io.xsan.meta.command.Command.CreateVolume;
import io.xsan.meta.command.Command.DeleteVolume;
import io.xsan.meta.command.Command.Detach;
import io.xsan.meta.command.Command.DrainNode;
import io.xsan.meta.command.Command.FormCluster;
import io.xsan.meta.command.Command.GrantEpoch;
import io.xsan.meta.command.Command.MarkStale;
import io.xsan.meta.command.Command.MoveVolume;
import io.xsan.meta.command.Command.NoteStore;
import io.xsan.meta.command.Command.Promote;
import io.xsan.meta.command.Command.RaiseFeatureLevel;
import io.xsan.meta.command.Command.RecoverVolume;
import io.xsan.meta.command.Command.RegisterNode;
import io.xsan.meta.command.Command.RemoveNode;
import io.xsan.meta.command.Command.ReplaceNode;
import io.xsan.meta.command.Command.ResizeVolume;
import io.xsan.meta.command.Command.SetPolicy;
import io.xsan.meta.command.Command.SettleVolume;
import io.xsan.meta.command.Command.StartMove;
import io.xsan.meta.command.Command.StartResync;
import io.xsan.meta.command.Command.TakeOver;
import java.util.List;
import java.util.Optional;

/** Commands, as entries of the log. Kinds are numbers that are never given twice. */
public final class CommandCodec {
    private static final int CHANGE_BYTES = 31;
    private static final int TAKE_OVER_BYTES = 16;
    private static final int NODE_BYTES = 2;
    private static final int LOST_BYTES = 16;

    private CommandCodec() {}

    /** Encodes a command. Texts in it have at most 65535 bytes of UTF-8. */
    public static byte[] encode(Command command) {
        ByteSink out = new ByteSink();
        put(out, command);
        return EnvelopeLayout.wrap(EnvelopeLayout.MAGIC_COMMAND, kind(command), out);
    }

    /** Decodes a command. What it asks for may still be out of range: that is for the decider. */
    public static Decoded<Command> decode(byte[] bytes) {
        ByteSource in = EnvelopeLayout.open(EnvelopeLayout.MAGIC_COMMAND, bytes);
        Optional<Command> command = get(in, in.isFailed() ? 1 : EnvelopeLayout.kind(bytes));
        return command.isPresent()
                ? in.finish(command.get())
                : new Decoded.Failed<>(Decoded.Fault.UNKNOWN_KIND, "kind");
    }

    private static int kind(Command command) {
        return switch (command) {
            case FormCluster _ -> 1;
            case RegisterNode _ -> 2;
            case ReplaceNode _ -> 3;
            case CreateVolume _ -> 4;
            case DeleteVolume _ -> 5;
            case ComponentDropped _ -> 6;
            case ResizeVolume _ -> 7;
            case SetPolicy _ -> 8;
            case MoveVolume _ -> 9;
            case GrantEpoch _ -> 10;
            case MarkStale _ -> 11;
            case StartResync _ -> 12;
            case Promote _ -> 13;
            case NoteStore _ -> 14;
            case Attach _ -> 15;
            case Detach _ -> 16;
            case RaiseFeatureLevel _ -> 17;
            case TakeOver _ -> 18;
            case StartMove _ -> 20;
            case CommitMove _ -> 21;
            case DrainNode _ -> 22;
            case RemoveNode _ -> 23;
            case RecoverVolume _ -> 24;
            case SettleVolume _ -> 25;
            case ComponentsLost _ -> 26;
        };
    }

    private static void put(ByteSink out, Command command) {
        switch (command) {
            case FormCluster c -> {
                RecordFields.putCluster(out, c.clusterId());
                out.i32(c.featureLevel());
            }
            case RegisterNode c -> RecordFields.putNode(out, c.node());
            case ReplaceNode c -> out.node(c.node()).i64(c.storeId());
            case CreateVolume c -> putCreate(out, c);
            case DeleteVolume c -> out.volume(c.id());
            case ComponentDropped c -> out.volume(c.id()).node(c.node()).i64(c.generation());
            case ResizeVolume c -> out.volume(c.id()).i64(c.sizeBytes());
            case SetPolicy c -> RecordFields.putPolicy(out.volume(c.id()), c.policy());
            case MoveVolume c -> out.volume(c.id()).node(c.owner());
            case GrantEpoch c ->
                    out.volume(c.id()).node(c.node()).i64(c.incarnation()).i64(c.requestId());
            case MarkStale c -> {
                out.i32(c.changes().size());
                c.changes().forEach(change -> putChange(out, change));
            }
            case StartResync c -> {
                out.volume(c.id()).i32(c.epoch()).node(c.node()).i64(c.generation());
                out.flag(c.gain()).i32(c.expectedAttempt());
            }
            case Promote c -> {
                out.volume(c.id()).i32(c.epoch()).node(c.node()).i64(c.generation());
                out.flag(c.gain()).i32(c.attempt()).i64(c.incarnation()).i64(c.storeId());
            }
            case NoteStore c -> {
                out.volume(c.id()).i32(c.epoch()).node(c.node()).i64(c.generation());
                out.i64(c.storeId());
            }
            case Attach c -> RecordFields.putAttachment(out.volume(c.id()), c.attachment());
            case Detach c -> out.volume(c.id()).i64(c.attachmentId());
            case RaiseFeatureLevel c -> out.i32(c.level());
            case TakeOver c -> {
                out.i32(c.changes().size());
                c.changes()
                        .forEach(change ->
                                out.volume(change.id())
                                        .i32(change.epoch())
                                        .node(change.from())
                                        .node(change.to()));
            }
            case StartMove c -> {
                RecordFields.putRing(out.volume(c.id()), c.ring());
                RecordFields.putPolicy(out, c.policy());
            }
            case CommitMove c -> out.volume(c.id()).i32(c.epoch()).i64(c.ringVersion());
            case DrainNode c -> out.node(c.node()).flag(c.draining());
            case RemoveNode c -> out.node(c.node());
            case RecoverVolume c -> {
                putNodes(out.volume(c.id()).i32(c.epoch()), c.from());
                putNodes(out, c.lost());
            }
            case SettleVolume c -> out.volume(c.id()).i32(c.epoch());
            case ComponentsLost c -> putLost(out, c);
        }
    }

    private static void putLost(ByteSink out, ComponentsLost c) {
        out.node(c.node()).i64(c.incarnation()).i32(c.lost().size());
        c.lost().forEach(lost -> out.volume(lost.id()).i64(lost.generation()));
    }

    private static void putNodes(ByteSink out, List<NodeId> nodes) {
        out.i32(nodes.size());
        nodes.forEach(out::node);
    }

    private static void putCreate(ByteSink out, CreateVolume c) {
        out.volume(c.id()).text(c.name()).i64(c.sizeBytes()).i32(c.sectorBytes());
        RecordFields.putPolicy(out, c.policy());
        out.node(c.owner()).i64(c.firstGeneration()).i64(c.nowMillis());
    }

    private static void putChange(ByteSink out, MarkStale.Change change) {
        out.volume(change.id()).i32(change.epoch()).node(change.node());
        out.i64(change.generation()).flag(change.gain()).i64(change.since());
    }

    private static Optional<Command> get(ByteSource in, int kind) {
        return Optional.ofNullable(
                switch (kind) {
                    case 1 -> new FormCluster(RecordFields.cluster(in), in.i32("featureLevel"));
                    case 2 -> new RegisterNode(RecordFields.node(in));
                    case 3 -> new ReplaceNode(node(in), in.i64("storeId"));
                    case 4 -> create(in);
                    case 5 -> new DeleteVolume(in.volume("id"));
                    case 6 -> new ComponentDropped(volume(in), node(in), in.i64("generation"));
                    case 7 -> new ResizeVolume(volume(in), in.i64("sizeBytes"));
                    case 8 -> new SetPolicy(volume(in), RecordFields.policy(in));
                    case 9 -> new MoveVolume(volume(in), in.node("owner"));
                    case 10 ->
                            new GrantEpoch(
                                    volume(in),
                                    node(in),
                                    in.i64("incarnation"),
                                    in.i64("requestId"));
                    case 11 -> new MarkStale(in.list(CHANGE_BYTES, "changes", () -> change(in)));
                    case 12, 13, 14 -> getOfComponent(in, kind);
                    case 15 -> new Attach(volume(in), RecordFields.attachment(in));
                    case 16 -> new Detach(volume(in), in.i64("attachmentId"));
                    case 17 -> new RaiseFeatureLevel(in.i32("level"));
                    case 18 -> new TakeOver(in.list(TAKE_OVER_BYTES, "changes", () -> taking(in)));
                    case 20 ->
                            new StartMove(
                                    volume(in), RecordFields.ring(in), RecordFields.policy(in));
                    case 21 -> new CommitMove(volume(in), in.i32("epoch"), in.i64("ringVersion"));
                    case 22 -> new DrainNode(node(in), in.flag("draining"));
                    case 23 -> new RemoveNode(node(in));
                    case 24 ->
                            new RecoverVolume(
                                    volume(in),
                                    in.i32("epoch"),
                                    nodes(in, "from"),
                                    nodes(in, "lost"));
                    case 25 -> new SettleVolume(volume(in), in.i32("epoch"));
                    case 26 ->
                            new ComponentsLost(
                                    node(in),
                                    in.i64("incarnation"),
                                    in.list(LOST_BYTES, "lost", () -> lost(in)));
                    default -> null;
                });
    }

    private static Command getOfComponent(ByteSource in, int kind) {
        VolumeId id = volume(in);
        int epoch = in.i32("epoch");
        NodeId node = node(in);
        long generation = in.i64("generation");
        if (kind == 14) {
            return new NoteStore(id, epoch, node, generation, in.i64("storeId"));
        }
        boolean gain = in.flag("gain");
        if (kind == 12) {
            return new StartResync(id, epoch, node, generation, gain, in.i32("expectedAttempt"));
        }
        int attempt = in.i32("attempt");
        long incarnation = in.i64("incarnation");
        return new Promote(
                id, epoch, node, generation, gain, attempt, incarnation, in.i64("storeId"));
    }

    private static CreateVolume create(ByteSource in) {
        return new CreateVolume(
                volume(in),
                in.text("name"),
                in.i64("sizeBytes"),
                in.i32("sectorBytes"),
                RecordFields.policy(in),
                in.node("owner"),
                in.i64("firstGeneration"),
                in.i64("nowMillis"));
    }

    private static MarkStale.Change change(ByteSource in) {
        return new MarkStale.Change(
                volume(in),
                in.i32("epoch"),
                node(in),
                in.i64("generation"),
                in.flag("gain"),
                in.i64("since"));
    }

    private static TakeOver.Change taking(ByteSource in) {
        return new TakeOver.Change(volume(in), in.i32("epoch"), in.node("from"), in.node("to"));
    }

    private static ComponentsLost.Lost lost(ByteSource in) {
        return new ComponentsLost.Lost(volume(in), in.i64("generation"));
    }

    private static List<NodeId> nodes(ByteSource in, String name) {
        return in.list(NODE_BYTES, name, () -> in.node(name));
    }

    private static VolumeId volume(ByteSource in) {
        return in.volume("id");
    }

    private static NodeId node(ByteSource in) {
        return in.node("node");
    }
}
