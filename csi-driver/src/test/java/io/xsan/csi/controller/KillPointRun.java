package io.xsan.csi.controller;

import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.xsan.csi.Answer;
import io.xsan.csi.KillPoint;
import io.xsan.csi.v1.CapacityRange;
import io.xsan.csi.v1.ControllerExpandVolumeRequest;
import io.xsan.csi.v1.ControllerModifyVolumeRequest;
import io.xsan.csi.v1.ControllerPublishVolumeRequest;
import io.xsan.csi.v1.ControllerUnpublishVolumeRequest;
import io.xsan.csi.v1.CreateVolumeRequest;
import io.xsan.csi.v1.DeleteVolumeRequest;
import io.xsan.csi.v1.VolumeCapability;
import io.xsan.csi.v1.VolumeCapability.AccessMode.Mode;
import io.xsan.protocol.v1.Volume;
import io.xsan.protocol.v1.XsanGrpc.XsanBlockingStub;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * Kills the controller before and after each of its calls to a real cluster, in each of its RPCs,
 * and calls again: with the same arguments, with others, or with what undoes it. Whatever happened
 * before, the same call succeeds, others are told why not, and nothing is left at the end.
 */
public final class KillPointRun {
    private static final long SIZE_BYTES = 64L << 20;
    private static final int STEPS_MAX = 10;

    private final Cluster.Calls real;
    private int number;
    private int combinations;

    public KillPointRun(Cluster.Calls real) {
        this.real = real;
    }

    /**
     * One RPC: what is so before it, the call, the same with other arguments, and what is right.
     */
    private record Rpc(
            String name,
            List<Step> before,
            Step same,
            Step other,
            Set<Status.Code> otherCodes,
            Step undo) {}

    /** A call of a controller for the volume of a name. */
    private interface Step extends BiFunction<ControllerService, String, Answer<?>> {}

    /** Runs all combinations; answers how many. */
    public int run() throws InterruptedException {
        for (Rpc rpc : rpcs()) {
            for (String again : List.of("same", "other", "undo")) {
                for (boolean isBefore : new boolean[] {true, false}) {
                    runSteps(rpc, again, isBefore);
                }
            }
        }
        return combinations;
    }

    private void runSteps(Rpc rpc, String again, boolean isBefore) throws InterruptedException {
        for (int step = 1; step <= STEPS_MAX; step++) {
            String name = "kill-" + number++;
            ControllerService alive = controller(KillPoint.never());
            rpc.before().forEach(call -> succeed(rpc, call.apply(alive, name)));
            boolean wasKilled = false;
            try {
                var _ = rpc.same().apply(controller(new KillPoint(step, isBefore)), name);
            } catch (KillPoint.Killed e) {
                wasKilled = true;
            }
            if (wasKilled) {
                combinations++;
                callAgain(rpc, again, name);
            }
            clean(name);
            if (!wasKilled) {
                return;
            }
        }
        throw new AssertionError(rpc.name() + " takes more than " + STEPS_MAX + " calls");
    }

    private void callAgain(Rpc rpc, String again, String name) {
        ControllerService next = controller(KillPoint.never());
        switch (again) {
            case "same" -> {
                succeed(rpc, rpc.same().apply(next, name));
                succeed(rpc, rpc.same().apply(next, name));
            }
            case "other" -> {
                Answer<?> answer = rpc.other().apply(next, name);
                if (!rpc.otherCodes().contains(answer.code())) {
                    throw new AssertionError(
                            rpc.name() + ": " + answer.code() + " " + answer.message());
                }
            }
            default -> {
                succeed(rpc, rpc.undo().apply(next, name));
                succeed(rpc, rpc.undo().apply(next, name));
            }
        }
    }

    private static void succeed(Rpc rpc, Answer<?> answer) {
        if (answer.code() != Status.Code.OK) {
            throw new AssertionError(rpc.name() + ": " + answer.code() + " " + answer.message());
        }
    }

    /** What an orchestrator does in the end leaves nothing, from wherever it starts. */
    private void clean(String name) throws InterruptedException {
        ControllerService alive = controller(KillPoint.never());
        for (Step step : List.of(unpublish(""), delete())) {
            Answer<?> answer = step.apply(alive, name);
            if (answer.code() != Status.Code.OK) {
                throw new AssertionError("clean: " + answer.code() + " " + answer.message());
            }
        }
        for (int i = 0; i < 100 && cluster().byName(name).isPresent(); i++) {
            Thread.sleep(50);
        }
        if (cluster().byName(name).isPresent()) {
            throw new AssertionError("volume " + name + " is left");
        }
    }

    private ControllerService controller(KillPoint kill) {
        return new ControllerService(
                new Cluster(
                        new Cluster.Calls() {
                            @Override
                            public <T> T call(Function<XsanBlockingStub, T> request) {
                                try {
                                    return kill.step(() -> real.call(request));
                                } catch (IOException e) {
                                    throw new UncheckedIOException(e);
                                }
                            }
                        }),
                Hosts.of(Set.of("a", "b")));
    }

    private Cluster cluster() {
        return new Cluster(real);
    }

    private String id(String name) {
        return cluster().byName(name).map(Volume::getId).orElse("0000000000000000");
    }

    private List<Rpc> rpcs() {
        Set<Status.Code> exists = Set.of(Status.Code.OK, Status.Code.ALREADY_EXISTS);
        Set<Status.Code> elsewhere = Set.of(Status.Code.OK, Status.Code.FAILED_PRECONDITION);
        Set<Status.Code> ok = Set.of(Status.Code.OK);
        Step create = create(SIZE_BYTES);
        Step rw = publish("a", Mode.SINGLE_NODE_WRITER);
        Step reader = publish("a", Mode.MULTI_NODE_READER_ONLY);
        Step off = unpublish("a");
        return List.of(
                new Rpc("create", List.of(), create, create(2 * SIZE_BYTES), exists, delete()),
                new Rpc("publish", List.of(create), rw, reader, exists, off),
                new Rpc(
                        "publish to another node",
                        List.of(create),
                        rw,
                        publish("b", Mode.SINGLE_NODE_WRITER),
                        elsewhere,
                        unpublish("")),
                new Rpc(
                        "publish to readers",
                        List.of(create, publish("b", Mode.MULTI_NODE_READER_ONLY)),
                        reader,
                        publish("b", Mode.MULTI_NODE_READER_ONLY),
                        ok,
                        off),
                new Rpc("publish again", List.of(create, rw), rw, reader, exists, off),
                new Rpc("unpublish", List.of(create, rw), off, unpublish("b"), ok, rw),
                new Rpc(
                        "expand",
                        List.of(create),
                        expand(2 * SIZE_BYTES),
                        expand(3 * SIZE_BYTES),
                        ok,
                        expand(2 * SIZE_BYTES)),
                new Rpc("modify", List.of(create), modify("1"), modify("2"), ok, modify("2")),
                new Rpc("delete", List.of(create), delete(), off, ok, delete()));
    }

    private static Step create(long bytes) {
        return (controller, name) ->
                call(
                        controller::createVolume,
                        CreateVolumeRequest.newBuilder()
                                .setName(name)
                                .setCapacityRange(
                                        CapacityRange.newBuilder()
                                                .setRequiredBytes(bytes)
                                                .setLimitBytes(bytes))
                                .addVolumeCapabilities(capability(Mode.SINGLE_NODE_WRITER))
                                .build());
    }

    private Step publish(String host, Mode mode) {
        return (controller, name) ->
                call(
                        controller::controllerPublishVolume,
                        ControllerPublishVolumeRequest.newBuilder()
                                .setVolumeId(id(name))
                                .setNodeId(host)
                                .setVolumeCapability(capability(mode))
                                .build());
    }

    private Step unpublish(String host) {
        return (controller, name) ->
                call(
                        controller::controllerUnpublishVolume,
                        ControllerUnpublishVolumeRequest.newBuilder()
                                .setVolumeId(id(name))
                                .setNodeId(host)
                                .build());
    }

    private Step expand(long bytes) {
        return (controller, name) ->
                call(
                        controller::controllerExpandVolume,
                        ControllerExpandVolumeRequest.newBuilder()
                                .setVolumeId(id(name))
                                .setCapacityRange(
                                        CapacityRange.newBuilder().setRequiredBytes(bytes))
                                .build());
    }

    private Step modify(String minReplicas) {
        return (controller, name) ->
                call(
                        controller::controllerModifyVolume,
                        ControllerModifyVolumeRequest.newBuilder()
                                .setVolumeId(id(name))
                                .putChangeableParameters("minReplicas", minReplicas)
                                .build());
    }

    private Step delete() {
        return (controller, name) ->
                call(
                        controller::deleteVolume,
                        DeleteVolumeRequest.newBuilder().setVolumeId(id(name)).build());
    }

    private static VolumeCapability capability(Mode mode) {
        return VolumeCapability.newBuilder()
                .setMount(VolumeCapability.MountVolume.getDefaultInstance())
                .setAccessMode(VolumeCapability.AccessMode.newBuilder().setMode(mode))
                .build();
    }

    private static <Q, T> Answer<?> call(BiConsumer<Q, StreamObserver<T>> handler, Q request) {
        return Answer.of(handler, request);
    }
}
