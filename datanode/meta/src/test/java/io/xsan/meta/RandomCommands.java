package io.xsan.meta;

import io.xsan.base.NodeId;
import io.xsan.base.Version;
import io.xsan.base.VolumeId;
import io.xsan.meta.command.Command;
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
import java.util.Random;

/**
 * Commands that engines, hosts and operators might send to a cluster as it is: mostly sensible,
 * often outdated, sometimes repeated long after.
 */
final class RandomCommands {
    static final int NODES = 7;
    private static final int VOLUMES = 6;

    private final Random random;
    private final List<Command> sent = new ArrayList<>();
    private long next = 1;

    RandomCommands(Random random) {
        this.random = random;
    }

    Command next(ClusterImage image) {
        if (!sent.isEmpty() && random.nextInt(8) == 0) {
            return sent.get(sent.size() - 1 - random.nextInt(Math.min(50, sent.size())));
        }
        Command command = fresh(image);
        sent.add(command);
        return command;
    }

    private Command fresh(ClusterImage image) {
        next++;
        boolean isNew = image.volumes().size() < VOLUMES && random.nextInt(8) == 0;
        VolumeId id =
                isNew || image.volumes().isEmpty()
                        ? new VolumeId(1 + random.nextInt(1000))
                        : any(List.copyOf(image.volumes().keySet()));
        VolumeRecord volume = image.volume(id).orElse(null);
        int kind = random.nextInt(100);
        if (kind < 4) {
            return new Command.RegisterNode(anyNodeRecord());
        }
        if (kind < 5) {
            NodeId node = anyNode();
            long storeId = image.node(node).map(NodeRecord::storeId).orElse(1L);
            return new Command.ReplaceNode(node, storeId);
        }
        if (kind == 6 && volume != null) {
            return lost(image, volume);
        }
        if (kind < 6) {
            return random.nextInt(4) == 0
                    ? new Command.RemoveNode(anyNode())
                    : new Command.DrainNode(anyNode(), random.nextBoolean());
        }
        if (volume == null || kind < 8) {
            return create(id);
        }
        if (volume.deleting()) {
            ComponentRecord component = any(volume.components());
            return new Command.ComponentDropped(id, component.node(), component.generation());
        }
        return kind < 36 ? administered(volume, kind) : byEngine(image, volume, kind);
    }

    private Command lost(ClusterImage image, VolumeRecord volume) {
        NodeId node = anyNode();
        long generation =
                volume.component(node)
                        .or(() -> volume.gain(node))
                        .map(ComponentRecord::generation)
                        .orElse(1L);
        return new Command.ComponentsLost(
                node,
                image.node(node).map(NodeRecord::incarnation).orElse(1L),
                List.of(
                        new Command.ComponentsLost.Lost(volume.id(), generation),
                        new Command.ComponentsLost.Lost(
                                new VolumeId(1 + random.nextInt(1000)), 1)));
    }

    private Command create(VolumeId id) {
        int replicas = 1 + random.nextInt(4);
        int width = random.nextBoolean() ? 0 : replicas + random.nextInt(4);
        return new Command.CreateVolume(
                id,
                "v" + random.nextInt(2 * VOLUMES),
                4096L * (1 + random.nextInt(10_000)),
                4096,
                new VolumePolicy(replicas, 0, width),
                anyNode(),
                1 + random.nextInt(5),
                next);
    }

    private Command administered(VolumeRecord volume, int kind) {
        VolumeId id = volume.id();
        if (kind < 10) {
            return new Command.DeleteVolume(id);
        }
        if (kind < 13) {
            return new Command.ResizeVolume(id, 4096L * (1 + random.nextInt(20_000)));
        }
        if (kind < 15) {
            return new Command.SetPolicy(
                    id, new VolumePolicy(volume.policy().replicas(), random.nextInt(4), 0));
        }
        if (kind < 17) {
            return new Command.MoveVolume(id, anyNode());
        }
        if (kind < 19) {
            int epoch = volume.epoch() - (random.nextInt(5) == 0 ? 1 : 0);
            NodeId from = random.nextInt(5) == 0 ? anyNode() : volume.owner();
            return new Command.TakeOver(
                    List.of(
                            new Command.TakeOver.Change(id, epoch, from, anyNode()),
                            new Command.TakeOver.Change(
                                    new VolumeId(1 + random.nextInt(1000)), 1, from, anyNode())));
        }
        if (kind < 24) {
            boolean isManual = random.nextInt(3) == 0;
            return new Command.Attach(
                    id, new AttachmentRecord(1 + random.nextInt(4), "host", isManual, false));
        }
        if (kind < 28) {
            return new Command.Detach(id, 1 + random.nextInt(4));
        }
        if (kind < 29) {
            return recover(volume);
        }
        if (kind < 33 || volume.leaving().isEmpty()) {
            return startMove(volume);
        }
        ComponentRecord left = any(volume.leaving());
        return new Command.ComponentDropped(id, left.node(), left.generation());
    }

    /** Any components are said to be lost; the others, and some more, are named to go on from. */
    private Command recover(VolumeRecord volume) {
        List<NodeId> from = new ArrayList<>();
        List<NodeId> lost = new ArrayList<>();
        for (ComponentRecord component : volume.components()) {
            boolean isInSync = component.state() == ComponentState.IN_SYNC;
            if (isInSync && random.nextInt(8) > 0) {
                lost.add(component.node());
            } else if (!isInSync || random.nextInt(8) == 0) {
                from.add(component.node());
            }
        }
        int epoch = volume.epoch() - (random.nextInt(20) == 0 ? 1 : 0);
        return new Command.RecoverVolume(volume.id(), epoch, from, lost);
    }

    private Command startMove(VolumeRecord volume) {
        RingRecord last = volume.move().map(MoveRecord::ring).orElse(volume.ring());
        List<RingRecord.Member> members = new ArrayList<>();
        for (int node = 1; node <= NODES; node++) {
            if (random.nextInt(3) > 0) {
                members.add(
                        new RingRecord.Member(
                                new NodeId(node), 1 + random.nextInt(1000), "d" + node % 4));
            }
        }
        int width = Math.max(1, members.size());
        int replicas = 1 + random.nextInt(Math.min(4, width));
        return new Command.StartMove(
                volume.id(),
                new RingRecord(last.version() + (random.nextInt(8) == 0 ? 0 : 1), members),
                new VolumePolicy(replicas, 1, width));
    }

    private Command byEngine(ClusterImage image, VolumeRecord volume, int kind) {
        VolumeId id = volume.id();
        List<ComponentRecord> gains = volume.move().map(MoveRecord::gains).orElse(List.of());
        boolean isGain = !gains.isEmpty() && random.nextBoolean();
        ComponentRecord component = any(isGain ? gains : volume.components());
        NodeId node = component.node();
        int epoch = Math.max(0, volume.epoch() - (random.nextInt(10) == 0 ? 1 : 0));
        long generation = component.generation() - (random.nextInt(20) == 0 ? 1 : 0);
        int attempt = Math.max(0, component.attempt() - (random.nextInt(10) == 0 ? 1 : 0));
        NodeRecord known = image.node(node).orElseThrow();
        if (kind < 42 && volume.move().isPresent()) {
            long ring = volume.move().get().ring().version() - (random.nextInt(20) == 0 ? 1 : 0);
            return new Command.CommitMove(id, epoch, ring);
        }
        if (kind < 45) {
            return new Command.GrantEpoch(
                    id,
                    volume.owner(),
                    image.node(volume.owner()).orElseThrow().incarnation(),
                    next);
        }
        if (kind < 70) {
            return markStale(image);
        }
        if (kind < 82) {
            return new Command.StartResync(id, epoch, node, generation, isGain, attempt);
        }
        if (kind < 95) {
            return new Command.Promote(
                    id,
                    epoch,
                    node,
                    generation,
                    isGain,
                    attempt,
                    known.incarnation(),
                    known.storeId());
        }
        return random.nextBoolean()
                ? new Command.NoteStore(id, epoch, node, generation, known.storeId())
                : new Command.SettleVolume(id, epoch);
    }

    private Command markStale(ClusterImage image) {
        List<Command.MarkStale.Change> changes = new ArrayList<>();
        for (VolumeRecord volume : image.volumes().values()) {
            for (ComponentRecord component : volume.everyComponent()) {
                if (random.nextInt(6) == 0) {
                    long since = Version.of(Math.max(1, volume.epoch()), random.nextInt(1000));
                    int epoch = volume.epoch() - (random.nextInt(20) == 0 ? 1 : 0);
                    changes.add(
                            new Command.MarkStale.Change(
                                    volume.id(),
                                    epoch,
                                    component.node(),
                                    component.generation(),
                                    volume.component(component.node()).isEmpty(),
                                    since));
                }
            }
        }
        return new Command.MarkStale(changes);
    }

    private NodeRecord anyNodeRecord() {
        int id = 1 + random.nextInt(NODES);
        return new NodeRecord(
                new NodeId(id),
                1 + random.nextInt(3),
                1000 + id + (random.nextInt(4) == 0 ? 100 : 0),
                "h" + id,
                7480,
                "d" + id % 4,
                1L << 30,
                2);
    }

    private NodeId anyNode() {
        return new NodeId(1 + random.nextInt(NODES));
    }

    private <T> T any(List<T> list) {
        return list.get(random.nextInt(list.size()));
    }
}
