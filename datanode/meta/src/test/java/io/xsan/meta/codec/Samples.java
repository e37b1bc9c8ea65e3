package io.xsan.meta.codec;

import io.xsan.base.ClusterId;
import io.xsan.base.ErrorCode;
import io.xsan.base.NodeId;
import io.xsan.base.Version;
import io.xsan.base.VolumeId;
import io.xsan.meta.command.Command;
import io.xsan.meta.command.Result;
import io.xsan.meta.image.AttachmentRecord;
import io.xsan.meta.image.ClusterImage;
import io.xsan.meta.image.ComponentRecord;
import io.xsan.meta.image.ComponentState;
import io.xsan.meta.image.MoveRecord;
import io.xsan.meta.image.NodeRecord;
import io.xsan.meta.image.RingRecord;
import io.xsan.meta.image.VolumePolicy;
import io.xsan.meta.image.VolumeRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Supplier;

/** Values of every kind: fixed ones for golden files, and random ones. */
final class Samples {
    private final Random random;

    Samples(long seed) {
        random = new Random(seed);
    }

    static List<Command> commands() {
        VolumeId id = new VolumeId(0x1122334455667788L);
        NodeId node = new NodeId(3);
        return List.of(
                new Command.FormCluster(new ClusterId(0xabc, 0xdef), 1),
                new Command.RegisterNode(node()),
                new Command.ReplaceNode(node, 0x7777),
                new Command.CreateVolume(
                        id, "db-0", 1L << 30, 4096, new VolumePolicy(3, 2, 6), node, 42, 1234567),
                new Command.DeleteVolume(id),
                new Command.ComponentDropped(id, node, 42),
                new Command.ResizeVolume(id, 2L << 30),
                new Command.SetPolicy(id, new VolumePolicy(3, 1, 0)),
                new Command.MoveVolume(id, node),
                new Command.GrantEpoch(id, node, 9, -7),
                new Command.MarkStale(
                        List.of(
                                new Command.MarkStale.Change(
                                        id, 5, node, 42, false, Version.of(5, 99)),
                                new Command.MarkStale.Change(
                                        new VolumeId(1), 1, new NodeId(65535), 1, true, 0))),
                new Command.StartResync(id, 5, node, 42, true, 2),
                new Command.Promote(id, 5, node, 42, false, 3, 9, 0x7777),
                new Command.NoteStore(id, 5, node, 42, 0x7777),
                new Command.Attach(id, new AttachmentRecord(77, "host-1", false, true)),
                new Command.Detach(id, 77),
                new Command.RaiseFeatureLevel(2),
                new Command.TakeOver(
                        List.of(
                                new Command.TakeOver.Change(id, 5, node, new NodeId(4)),
                                new Command.TakeOver.Change(
                                        new VolumeId(1), 0, new NodeId(65535), node))),
                new Command.StartMove(
                        id,
                        new RingRecord(
                                2, List.of(new RingRecord.Member(new NodeId(3), 500, "rack-c"))),
                        new VolumePolicy(1, 1, 1)),
                new Command.CommitMove(id, 5, 2),
                new Command.DrainNode(node, true),
                new Command.RemoveNode(node),
                new Command.RecoverVolume(
                        id, 5, List.of(node, new NodeId(4)), List.of(new NodeId(7))),
                new Command.SettleVolume(id, 6));
    }

    /** Those of feature level 2. */
    static List<Command> laterCommands() {
        VolumeId id = new VolumeId(0x1122334455667788L);
        return List.of(
                new Command.ComponentsLost(
                        new NodeId(3),
                        9,
                        List.of(
                                new Command.ComponentsLost.Lost(id, 42),
                                new Command.ComponentsLost.Lost(new VolumeId(1), 7))));
    }

    static List<Result> results() {
        return List.of(
                new Result.Done(17, Optional.empty()),
                new Result.Done(18, Optional.of(volume())),
                new Result.Refused(ErrorCode.EPOCH_FENCED, "epoch", "epoch is 4; allowed: 5"),
                new Result.Several(
                        19, List.of(ErrorCode.OK, ErrorCode.CONFLICT), List.of(volume())));
    }

    static NodeRecord node() {
        return new NodeRecord(new NodeId(3), 9, 0x7777, "10.0.0.3", 7480, "rack-c", 900L << 30, 1)
                .withDraining(true);
    }

    static VolumeRecord volume() {
        RingRecord ring =
                new RingRecord(
                        1,
                        List.of(
                                new RingRecord.Member(new NodeId(1), 1000, "rack-a"),
                                new RingRecord.Member(new NodeId(3), 500, "rack-c")));
        return new VolumeRecord(
                new VolumeId(0x1122334455667788L),
                "db-0",
                1L << 30,
                4096,
                new VolumePolicy(2, 1, 2),
                ring,
                Optional.of(
                        new MoveRecord(
                                new RingRecord(2, ring.members().reversed()),
                                new VolumePolicy(2, 2, 2),
                                List.of(
                                        new ComponentRecord(
                                                new NodeId(3),
                                                43,
                                                ComponentState.STALE,
                                                0,
                                                1,
                                                0)))),
                List.of(
                        new ComponentRecord(
                                new NodeId(1), 42, ComponentState.IN_SYNC, 0, 0, 0x7771),
                        new ComponentRecord(
                                new NodeId(3), 43, ComponentState.SYNCING, 1 << 20, 4, 0)),
                List.of(
                        new ComponentRecord(
                                new NodeId(2), 41, ComponentState.IN_SYNC, 0, 3, 0x7772)),
                43,
                new NodeId(1),
                5,
                8,
                -12345,
                List.of(new AttachmentRecord(77, "host-1", true, false)),
                false,
                1_700_000_000_000L);
    }

    static ClusterImage image() {
        return RecordCodec.image(
                new RecordCodec.ClusterRecord(99, new ClusterId(0xabc, 0xdef), 1),
                List.of(node()),
                List.of(volume()));
    }

    VolumeRecord anyVolume() {
        int sector = random.nextBoolean() ? 512 : 4096;
        return new VolumeRecord(
                new VolumeId(anyPositive()),
                anyText(),
                sector * (1 + random.nextLong(1L << 40)),
                sector,
                new VolumePolicy(random.nextInt(), random.nextInt(), random.nextInt()),
                anyRing(),
                random.nextBoolean()
                        ? Optional.of(
                                new MoveRecord(
                                        anyRing(),
                                        new VolumePolicy(
                                                random.nextInt(),
                                                random.nextInt(),
                                                random.nextInt()),
                                        anyList(this::anyComponent)))
                        : Optional.empty(),
                anyList(this::anyComponent),
                anyList(this::anyComponent),
                anyPositive(),
                anyNode(),
                random.nextInt(Version.EPOCH_MAX),
                random.nextLong(),
                random.nextLong(),
                anyList(() ->
                        new AttachmentRecord(
                                random.nextLong(),
                                anyText(),
                                random.nextBoolean(),
                                random.nextBoolean())),
                random.nextBoolean(),
                random.nextLong());
    }

    NodeRecord anyNodeRecord() {
        return new NodeRecord(
                anyNode(),
                anyPositive(),
                anyPositive(),
                anyText(),
                random.nextInt(65536),
                anyText(),
                anyPositive(),
                random.nextInt(100),
                random.nextBoolean());
    }

    Command.CreateVolume anyCreate() {
        return new Command.CreateVolume(
                new VolumeId(anyPositive()),
                anyText(),
                random.nextLong(),
                random.nextInt(),
                new VolumePolicy(random.nextInt(), random.nextInt(), random.nextInt()),
                anyNode(),
                random.nextLong(),
                random.nextLong());
    }

    Command.MarkStale anyMarkStale() {
        return new Command.MarkStale(
                anyList(() ->
                        new Command.MarkStale.Change(
                                new VolumeId(anyPositive()),
                                random.nextInt(),
                                anyNode(),
                                random.nextLong(),
                                random.nextBoolean(),
                                random.nextLong())));
    }

    private RingRecord anyRing() {
        return new RingRecord(
                anyPositive(),
                anyList(() ->
                        new RingRecord.Member(anyNode(), 1 + random.nextInt(1000), anyText())));
    }

    private ComponentRecord anyComponent() {
        ComponentState[] states = ComponentState.values();
        return new ComponentRecord(
                anyNode(),
                anyPositive(),
                states[random.nextInt(states.length)],
                anyPositive(),
                random.nextInt(Integer.MAX_VALUE),
                anyPositive());
    }

    private NodeId anyNode() {
        return new NodeId(1 + random.nextInt(NodeId.MAX));
    }

    private long anyPositive() {
        return 1 + random.nextLong(Long.MAX_VALUE >>> random.nextInt(62));
    }

    private String anyText() {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(20); i > 0; i--) {
            text.appendCodePoint(random.nextBoolean() ? 'a' + i : 0x1f600 + i);
        }
        return text.toString();
    }

    private <T> List<T> anyList(Supplier<T> element) {
        List<T> list = new ArrayList<>();
        for (int i = random.nextInt(5); i > 0; i--) {
            list.add(element.get());
        }
        return list;
    }
}
