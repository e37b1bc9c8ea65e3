package io.xsan.sim.check;

import static org.assertj.core.api.Assertions.assertThat;

import io.xsan.sim.world.SimRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The search against trying all orders, on small random histories. */
class RegisterHistoryTest {
    private record Timed(Access access, int begin, int end) {}

    @Test
    void agreesWithTryingAllOrders() {
        int wrong = 0;
        for (int seed = 0; seed < 60_000; seed++) {
            List<Timed> history = draw(SimRandom.of(seed, "history"));
            boolean expected = explains(history, new ArrayList<>(history), 0);
            assertThat(judge(history).isEmpty())
                    .as("seed %d: %s", seed, history)
                    .isEqualTo(expected);
            wrong += expected ? 0 : 1;
        }
        assertThat(wrong).as("histories of both kinds were tried").isBetween(5_000, 55_000);
    }

    private static List<Timed> draw(SimRandom chance) {
        int count = 2 + chance.below(5);
        List<Integer> points = new ArrayList<>();
        for (int i = 0; i < 2 * count; i++) {
            points.add(chance.below(points.size() + 1), i / 2);
        }
        List<Timed> history = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            // Few values, so that reads often return something that was written, maybe twice.
            long value = chance.below(4);
            Access access = chance.coin() ? Access.write(value) : Access.read();
            boolean isMaybe = access.isWrite && chance.below(4) == 0;
            access.value = value;
            access.end = isMaybe ? Access.End.MAYBE : Access.End.DONE;
            history.add(new Timed(access, points.indexOf(i), points.lastIndexOf(i)));
        }
        return history;
    }

    private static Optional<String> judge(List<Timed> history) {
        RegisterHistory register = new RegisterHistory();
        for (int point = 0; point < 2 * history.size(); point++) {
            for (Timed timed : history) {
                if (timed.begin() == point) {
                    register.begin(timed.access());
                }
                if (timed.end() == point) {
                    Optional<String> fault = register.end(timed.access());
                    if (fault.isPresent()) {
                        return fault;
                    }
                }
            }
        }
        return Optional.empty();
    }

    /** True if some order of {@code left}, each between its begin and end, explains the reads. */
    private static boolean explains(List<Timed> all, List<Timed> left, long value) {
        if (left.isEmpty()) {
            return true;
        }
        int firstEnd = left.stream().mapToInt(Timed::end).min().orElseThrow();
        for (Timed next : List.copyOf(left)) {
            if (next.begin() > firstEnd) {
                continue;
            }
            Access access = next.access();
            List<Timed> rest = new ArrayList<>(left);
            rest.remove(next);
            if (access.isWrite && explains(all, rest, access.value)) {
                return true;
            }
            boolean isSkipped = access.end == Access.End.MAYBE;
            if ((isSkipped || (!access.isWrite && access.value == value))
                    && explains(all, rest, value)) {
                return true;
            }
        }
        return false;
    }

    @Test
    void zombieOfAnEarlierSessionIsFound() {
        RegisterHistory register = new RegisterHistory();
        Access lost = Access.write(1);
        register.begin(lost);
        assertThat(register.end(lost.ended(Access.End.MAYBE))).isEmpty();
        Access write = Access.write(2);
        register.begin(write);
        assertThat(register.end(write.ended(Access.End.DONE))).isEmpty();
        Access read = Access.read();
        register.begin(read);
        assertThat(register.end(read.returned(1))).isPresent();
    }

    @Test
    void readsThatGoBackWhileWritesAreUnderWayAreFound() {
        RegisterHistory register = new RegisterHistory();
        Access write = Access.write(1);
        register.begin(write);
        Access first = Access.read();
        register.begin(first);
        register.end(first.returned(1));
        Access second = Access.read();
        register.begin(second);
        register.end(second.returned(0));
        assertThat(register.end(write.ended(Access.End.DONE))).isPresent();
    }
}
