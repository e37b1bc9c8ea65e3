package io.xsan.csi.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import io.xsan.csi.Answer;
import io.xsan.csi.KillPoint;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Kills the node service before and after each program and each change of a device, in each of its
 * RPCs, and calls again: with the same arguments, with others, or with what undoes it. On real loop
 * devices and file systems; needs root.
 */
class KillPointsIT {
    private static final int STEPS_MAX = 20;
    private static final long XFS_BYTES = 320L << 20;
    private static final Set<Status.Code> REFUSED_OR_DONE =
            Set.of(Status.Code.OK, Status.Code.ALREADY_EXISTS, Status.Code.FAILED_PRECONDITION);

    @TempDir private Path directory;
    private Rig rig = Rig.none();
    private int number;
    private int combinations;

    /** One RPC: what is so before it, the call, the same with other arguments, and the reverse. */
    private record Rpc(String name, List<Step> before, Step same, Step other, List<Step> undo) {}

    private interface Step extends Function<Rig.Volume, Answer<?>> {}

    @BeforeEach
    void needsRoot() {
        rig = Rig.in(directory);
    }

    @AfterEach
    void leavesNothing() throws IOException {
        rig.close();
    }

    @Test
    void everyCallKilledAnywhereConvergesWhenCalledAgain() throws IOException {
        for (String type : List.of("ext4", "xfs", "block")) {
            for (Rpc rpc : rpcs(type)) {
                for (String again : List.of("same", "other", "undo")) {
                    runSteps(rpc, again, false);
                }
                runSteps(rpc, "same", true);
            }
        }
        System.out.println(combinations + " combinations converged");
        assertThat(combinations).isGreaterThanOrEqualTo(150);
    }

    private void runSteps(Rpc rpc, String again, boolean isBefore) throws IOException {
        for (int step = 1; step <= STEPS_MAX; step++) {
            String id = "kill" + number++;
            rig.size(id, XFS_BYTES);
            Rig.Volume volume = rig.volume(id, KillPoint.never());
            rpc.before().forEach(call -> succeed(rpc, call.apply(volume)));
            boolean wasKilled = false;
            try {
                var _ = rpc.same().apply(rig.volume(id, new KillPoint(step, isBefore)));
            } catch (KillPoint.Killed e) {
                wasKilled = true;
            }
            if (wasKilled) {
                combinations++;
                callAgain(rpc, again, volume);
            }
            succeed(rpc, volume.unpublish("p"));
            succeed(rpc, volume.unpublish("q"));
            succeed(rpc, volume.unstage());
            assertThat(rig.isGone(id)).as(rpc.name() + " at step " + step).isTrue();
            if (!wasKilled) {
                return;
            }
        }
        throw new AssertionError(rpc.name() + " takes more than " + STEPS_MAX + " steps");
    }

    private static void callAgain(Rpc rpc, String again, Rig.Volume volume) {
        switch (again) {
            case "same" -> {
                succeed(rpc, rpc.same().apply(volume));
                succeed(rpc, rpc.same().apply(volume));
            }
            case "other" -> {
                Answer<?> answer = rpc.other().apply(volume);
                assertThat(answer.code()).as(answer.message()).isIn(REFUSED_OR_DONE);
            }
            default -> rpc.undo().forEach(step -> succeed(rpc, step.apply(volume)));
        }
    }

    private static void succeed(Rpc rpc, Answer<?> answer) {
        assertThat(answer.code())
                .as(rpc.name() + ": " + answer.message())
                .isEqualTo(Status.Code.OK);
    }

    private static List<Rpc> rpcs(String type) {
        Step stage = v -> v.stage(type);
        Step publish = v -> v.publish("p", type, false);
        Step unpublish = v -> v.unpublish("p");
        Step unstage = Rig.Volume::unstage;
        Step otherType = v -> v.stage(type.equals("block") ? "ext4" : "xfs");
        return List.of(
                new Rpc("stage", List.of(), stage, otherType, List.of(unstage, unstage)),
                new Rpc(
                        "stage what has a file system",
                        List.of(stage, unstage),
                        stage,
                        otherType,
                        List.of(unstage, unstage)),
                new Rpc(
                        "publish",
                        List.of(stage),
                        publish,
                        v -> v.publish("q", type, false),
                        List.of(unpublish, unpublish)),
                new Rpc(
                        "publish for reading",
                        List.of(stage),
                        v -> v.publish("p", type, true),
                        publish,
                        List.of(unpublish, unpublish)),
                new Rpc(
                        "unpublish",
                        List.of(stage, publish),
                        unpublish,
                        v -> v.unpublish("q"),
                        List.of(publish, publish)),
                new Rpc(
                        "unstage",
                        List.of(stage),
                        unstage,
                        v -> v.unpublish("p"),
                        List.of(stage, stage)));
    }
}
