package io.xsan.meta;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.xsan.base.ErrorCode;
import io.xsan.base.NodeId;
import io.xsan.meta.codec.CommandCodec;
import io.xsan.meta.codec.RecordCodec;
import io.xsan.meta.command.Command;
import io.xsan.meta.command.Result;
import io.xsan.meta.decide.Decider;
import io.xsan.meta.decide.Decision;
import io.xsan.meta.image.ClusterImage;
import io.xsan.meta.image.NodeRecord;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Random commands against what must always hold, and the log applied again in every way. */
class StateMachineModelTest {
    private static final int SEEDS = 40;
    private static final int COMMANDS = 1500;

    @Test
    void invariantsHoldAfterEveryCommandAndRepetitionsChangeNothing() {
        Map<ErrorCode, Integer> refusals = new EnumMap<>(ErrorCode.class);
        int done = 0;
        for (long seed = 1; seed <= SEEDS; seed++) {
            ClusterImage image = formed(1 + (int) (seed % 2));
            RandomCommands commands = new RandomCommands(new Random(seed));
            for (int i = 0; i < COMMANDS; i++) {
                Command command = commands.next(image);
                String at = "seed " + seed + ", command " + i + " " + command;
                Decision decision = Decider.decide(image, image.index() + 1, command);
                MetaInvariants.check(image, decision.image(), at);
                if (decision.result() instanceof Result.Refused refused) {
                    assertEquals(image.volumes(), decision.image().volumes(), at);
                    assertEquals(image.nodes(), decision.image().nodes(), at);
                    refusals.merge(refused.code(), 1, Integer::sum);
                } else {
                    done++;
                    assertRepetitionChangesNothing(decision, command, at);
                }
                image = decision.image();
            }
        }
        assertTrue(done > SEEDS * COMMANDS / 4, "too few succeed: " + done + " " + refusals);
        assertTrue(refusals.size() >= 6, "too few reasons: " + refusals);
    }

    @Test
    void logAppliedAgainGivesTheSameStateAndResults() {
        for (long seed = 1; seed <= 5; seed++) {
            List<byte[]> log = log(seed, 600);
            List<byte[]> first = results(log);
            List<byte[]> second = results(log);
            for (int i = 0; i < first.size(); i++) {
                assertArrayEquals(first.get(i), second.get(i), "seed " + seed + " index " + i);
            }
        }
    }

    @Test
    void restartAtEveryIndexGoesOnFromTheSameState() {
        for (long seed = 1; seed <= 3; seed++) {
            List<byte[]> log = log(seed, 300);
            HeapKvStore store = new HeapKvStore();
            MetaStateMachine machine = new MetaStateMachine(store, image -> {});
            for (int i = 0; i < log.size(); i++) {
                machine.apply(i + 1, log.get(i));
                String at = "seed " + seed + " index " + (i + 1);
                MetaStateMachine restarted = new MetaStateMachine(store.copy(), image -> {});
                assertArrayEquals(bytes(machine.image()), bytes(restarted.image()), at);
                restarted.apply(Math.max(1, i - 3), log.get(Math.max(0, i - 4)));
                assertArrayEquals(bytes(machine.image()), bytes(restarted.image()), at);
            }
        }
    }

    private static void assertRepetitionChangesNothing(
            Decision decision, Command command, String at) {
        ClusterImage image = decision.image();
        Decision again = Decider.decide(image, image.index() + 1, command);
        assertEquals(image.volumes(), again.image().volumes(), at);
        assertEquals(image.nodes(), again.image().nodes(), at);
        switch (decision.result()) {
            case Result.Done _ -> assertTrue(again.result() instanceof Result.Done, at);
            case Result.Several several ->
                    assertEquals(
                            several.outcomes(), ((Result.Several) again.result()).outcomes(), at);
            case Result.Refused _ -> throw new AssertionError(at);
        }
    }

    private static ClusterImage formed(int level) {
        ClusterImage image = ClusterImage.UNFORMED;
        List<Command> commands = new ArrayList<>();
        commands.add(new Command.FormCluster(MetaCluster.CLUSTER, level));
        for (int i = 1; i <= RandomCommands.NODES; i++) {
            commands.add(
                    new Command.RegisterNode(
                            new NodeRecord(
                                    new NodeId(i),
                                    1,
                                    1000 + i,
                                    "h" + i,
                                    7480,
                                    "d" + i % 4,
                                    1L << 30,
                                    2)));
        }
        for (Command command : commands) {
            image = Decider.decide(image, image.index() + 1, command).image();
        }
        return image;
    }

    private static List<byte[]> log(long seed, int length) {
        List<byte[]> log = new ArrayList<>();
        ClusterImage image = ClusterImage.UNFORMED;
        RandomCommands commands = new RandomCommands(new Random(seed));
        log.add(CommandCodec.encode(new Command.FormCluster(MetaCluster.CLUSTER, 1)));
        image = Decider.decide(image, 1, new Command.FormCluster(MetaCluster.CLUSTER, 1)).image();
        for (int i = 1; i < length; i++) {
            Command command = commands.next(image);
            log.add(CommandCodec.encode(command));
            image = Decider.decide(image, i + 1, command).image();
        }
        return log;
    }

    private static List<byte[]> results(List<byte[]> log) {
        MetaStateMachine machine = new MetaStateMachine(new HeapKvStore(), image -> {});
        List<byte[]> results = new ArrayList<>();
        for (int i = 0; i < log.size(); i++) {
            results.add(machine.apply(i + 1, log.get(i)));
            results.add(bytes(machine.image()));
        }
        return results;
    }

    private static byte[] bytes(ClusterImage image) {
        return RecordCodec.encode(image);
    }
}
