package io.xsan.operator.reconcile;

import io.xsan.base.ErrorCode;
import io.xsan.operator.identity.Certificates;
import io.xsan.operator.storage.Storage;
import io.xsan.operator.storage.StorageConnector;
import io.xsan.protocol.client.ApiException;
import io.xsan.protocol.v1.ClusterStatus;
import io.xsan.protocol.v1.Component;
import io.xsan.protocol.v1.CreateVolumeRequest;
import io.xsan.protocol.v1.Engine;
import io.xsan.protocol.v1.Node;
import io.xsan.protocol.v1.NodeContents;
import io.xsan.protocol.v1.Policy;
import io.xsan.protocol.v1.Volume;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A cluster in memory: nodes that are put in, volumes that are on the first three of them. */
final class FakeStorage implements Storage, StorageConnector {
    final Map<Integer, Node> nodes = new TreeMap<>();
    final Map<String, Volume> volumes = new TreeMap<>();
    final Map<Integer, NodeContents> contents = new TreeMap<>();
    final List<String> calls = new ArrayList<>();
    boolean isReachable = true;
    @Nullable String refusal;

    void addNode(int number, boolean isMember) {
        nodes.put(
                number,
                Node.newBuilder()
                        .setId(number)
                        .setMember(isMember)
                        .setUsableBytes(10L << 30)
                        .setReachable(true)
                        .build());
    }

    Volume addVolume(String name, long sizeBytes) {
        return create(
                CreateVolumeRequest.newBuilder()
                        .setName(name)
                        .setSizeBytes(sizeBytes)
                        .setSectorBytes(4096)
                        .setPolicy(Policy.newBuilder().setReplicas(3).setMinReplicas(2).setWidth(3))
                        .build());
    }

    Volume volume(String name) {
        return Objects.requireNonNull(volumes.get(name));
    }

    void setState(String volume, int node, String state) {
        Volume.Builder changed = volume(volume).toBuilder();
        changed.getComponentsBuilderList().stream()
                .filter(component -> component.getNode() == node)
                .forEach(component -> component.setState(state));
        volumes.put(volume, changed.build());
    }

    private void call(String what) {
        if (!isReachable) {
            throw new ApiException(ErrorCode.NODE_UNREACHABLE, "connection refused");
        }
        calls.add(what);
        if (refusal != null) {
            throw new ApiException(ErrorCode.CONFLICT, refusal);
        }
    }

    @Override
    public Storage connect(String clusterId, List<String> endpoints, Certificates certificates) {
        return this;
    }

    @Override
    public ClusterStatus status() {
        if (!isReachable) {
            throw new ApiException(ErrorCode.NODE_UNREACHABLE, "connection refused");
        }
        return ClusterStatus.newBuilder()
                .setLeaderNode(1)
                .setFeatureLevel(1)
                .addAllNodes(nodes.values())
                .addAllVolumes(volumes.values())
                .build();
    }

    @Override
    public NodeContents drain(int node, boolean isCancel) {
        call((isCancel ? "cancel " : "drain ") + node);
        return contents.getOrDefault(node, NodeContents.newBuilder().setNode(node).build());
    }

    @Override
    public void removeNode(int node) {
        call("remove " + node);
        nodes.remove(node);
    }

    @Override
    public Volume create(CreateVolumeRequest request) {
        call("create " + request.getName());
        Volume.Builder volume =
                Volume.newBuilder()
                        .setId("000000000000000" + (volumes.size() + 1))
                        .setName(request.getName())
                        .setSizeBytes(request.getSizeBytes())
                        .setSectorBytes(request.getSectorBytes())
                        .setPolicy(request.getPolicy())
                        .setOwner(1)
                        .setEpoch(1)
                        .setEngine(Engine.newBuilder().setState("SERVING"));
        for (int node = 1; node <= 3; node++) {
            volume.addComponents(Component.newBuilder().setNode(node).setState("IN_SYNC"));
        }
        volumes.put(request.getName(), volume.build());
        return volume.build();
    }

    private Volume byId(String id) {
        return volumes.values().stream()
                .filter(volume -> volume.getId().equals(id))
                .findFirst()
                .orElseThrow();
    }

    @Override
    public void resize(String volumeId, long sizeBytes) {
        Volume volume = byId(volumeId);
        call("resize " + volume.getName() + " " + sizeBytes);
        volumes.put(volume.getName(), volume.toBuilder().setSizeBytes(sizeBytes).build());
    }

    @Override
    public void setPolicy(String volumeId, Policy policy) {
        Volume volume = byId(volumeId);
        call("policy " + volume.getName() + " " + policy.getMinReplicas());
        volumes.put(volume.getName(), volume.toBuilder().setPolicy(policy).build());
    }

    @Override
    public void delete(String volumeId) {
        Volume volume = byId(volumeId);
        call("delete " + volume.getName());
        volumes.remove(volume.getName());
    }
}
