package io.xsan.sim.cluster;

import io.xsan.base.ClusterId;
import io.xsan.base.ErrorCode;
import io.xsan.base.NodeId;
import io.xsan.base.VolumeId;
import io.xsan.meta.command.Command;
import io.xsan.meta.command.Result;
import io.xsan.meta.decide.FeatureLevels;
import io.xsan.meta.decide.InSync;
import io.xsan.meta.image.ClusterImage;
import io.xsan.meta.image.ComponentRecord;
import io.xsan.meta.image.ComponentState;
import io.xsan.meta.image.VolumeRecord;
import io.xsan.sim.meta.MetaConditions;
import io.xsan.sim.meta.SimConsensus;
import io.xsan.sim.meta.SimLeases;
import io.xsan.sim.meta.SimMetaPort;
import io.xsan.sim.net.NetConditions;
import io.xsan.sim.net.SimFabric;
import io.xsan.sim.world.SimLane;
import io.xsan.sim.world.SimWorld;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Nodes, their network and their metadata, and an administrator who gives commands. */
public final class SimCluster {
    private static final long RETRY_NANOS = 100 * SimWorld.MILLI_NANOS;

    /** How the surroundings of the nodes behave. */
    public record Conditions(NetConditions net, MetaConditions meta, NodeShape nodes) {}

    private final SimWorld world;
    private final ClusterId id;
    private final SimFabric fabric;
    private final SimConsensus consensus;
    private final SimMetaPort admin;
    private final List<SimNode> nodes = new ArrayList<>();

    /** Starts {@code count} new nodes that form a cluster. */
    public SimCluster(SimWorld world, int count, Conditions conditions, ShardFactory shards) {
        this.world = world;
        id = new ClusterId(world.seed(), 1);
        fabric = new SimFabric(world, id, conditions.net());
        SimLeases leases = new SimLeases(world);
        consensus = new SimConsensus(world, conditions.meta(), leases);
        SimLane lane = new SimLane(world, world.random("admin"), () -> {});
        admin = new SimMetaPort(consensus.logOf(0, lane));
        Surroundings around =
                new Surroundings(
                        world,
                        id,
                        fabric,
                        consensus,
                        leases,
                        shards,
                        conditions.nodes(),
                        this::replace);
        command(new Command.FormCluster(id, FeatureLevels.HIGHEST), _ -> start(count, around));
    }

    private void start(int count, Surroundings around) {
        for (int node = 1; node <= count; node++) {
            nodes.add(new SimNode(around, node));
        }
    }

    /** Gives a command to the metadata, again and again until its result is known. */
    public void command(Command command, Consumer<Result> listener) {
        admin.submit(
                command,
                (code, result) -> {
                    if (code == ErrorCode.OK && result != null) {
                        listener.accept(result);
                    } else {
                        world.after(RETRY_NANOS, () -> command(command, listener));
                    }
                });
    }

    /** The network. */
    public SimFabric fabric() {
        return fabric;
    }

    /** The cluster's id. */
    public ClusterId id() {
        return id;
    }

    /** The metadata group. */
    public SimConsensus consensus() {
        return consensus;
    }

    /** The metadata now, as only an all-knowing observer sees it. */
    public ClusterImage image() {
        return consensus.image();
    }

    /** All nodes, by number from 1 on. */
    public List<SimNode> nodes() {
        return nodes;
    }

    /** The node of a number. */
    public SimNode node(int id) {
        return nodes.get(id - 1);
    }

    /** The node that the metadata says owns a volume, or null. */
    public @Nullable SimNode ownerOf(VolumeId volume) {
        return image().volume(volume).map(v -> node(v.owner().value())).orElse(null);
    }

    /** True when every node is registered. */
    public boolean isFormed(int count) {
        return image().nodes().size() == count;
    }

    /** True when every node is up and every component in sync. */
    public boolean isHealthy() {
        for (SimNode node : nodes) {
            if (node.shard() == null) {
                return false;
            }
        }
        for (VolumeRecord volume : image().volumes().values()) {
            if (volume.move().isPresent() || !volume.leaving().isEmpty()) {
                return false;
            }
            for (ComponentRecord component : volume.components()) {
                if (component.state() != ComponentState.IN_SYNC) {
                    return false;
                }
            }
        }
        return true;
    }

    /** True if all that a node holds is in sync on others, and all of those are well. */
    public boolean isElsewhere(int node) {
        boolean isOnOthers =
                image().volumes().values().stream()
                        .allMatch(v -> InSync.holdsWithout(v, List.of(new NodeId(node))));
        return isOnOthers
                && image().volumes().values().stream()
                        .flatMap(volume -> volume.everyComponent().stream())
                        .filter(component -> component.node().value() != node)
                        .allMatch(component -> component.state() == ComponentState.IN_SYNC);
    }

    private void replace(NodeId node, long storeId) {
        command(new Command.ReplaceNode(node, storeId), _ -> {});
    }

    /** What keeps the cluster from being healthy, empty if nothing. */
    public String trouble() {
        StringBuilder text = new StringBuilder();
        for (VolumeRecord volume : image().volumes().values()) {
            volume.move()
                    .ifPresent(m -> text.append("volume " + volume.id() + " moves to " + m + "; "));
            volume.leaving()
                    .forEach(c -> text.append("volume " + volume.id() + " leaves " + c + "; "));
            volume.components().stream()
                    .filter(component -> component.state() != ComponentState.IN_SYNC)
                    .forEach(component ->
                            text.append("volume ")
                                    .append(volume.id())
                                    .append(": ")
                                    .append(component)
                                    .append("; "));
        }
        return text.toString();
    }
}
