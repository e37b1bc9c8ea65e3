package io.xsan.sim.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.xsan.base.ClusterId;
import io.xsan.base.memory.BufferPool;
import io.xsan.base.memory.Crc32c;
import io.xsan.base.memory.PageBuffer;
import io.xsan.base.memory.PoolConfig;
import io.xsan.protocol.FrameHeader;
import io.xsan.protocol.FrameKind;
import io.xsan.protocol.Network;
import io.xsan.sim.world.SimLane;
import io.xsan.sim.world.SimRandom;
import io.xsan.sim.world.SimWorld;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class SimNetworkTest {
    private static final PoolConfig POOL = new PoolConfig(4, 16, 0, 0, 4 << 20);

    private final SimWorld world = new SimWorld(1);
    private final SimFabric fabric = new SimFabric(world, new ClusterId(1, 2), NetConditions.LAN);

    private final class Node implements Network.Receiver {
        final BufferPool pool = new BufferPool(POOL);
        final List<String> seen = new ArrayList<>();
        final SimLane lane;
        final SimNetwork network;

        Node(int id) {
            SimLane[] made = new SimLane[1];
            lane = new SimLane(world, world.random("lane" + id), () -> flush(made));
            made[0] = lane;
            network = fabric.attach(new SimNetwork.Identity(id, 100L + id), lane, pool);
            network.start(this);
        }

        private void flush(SimLane[] made) {
            Objects.requireNonNull(made[0]);
            network.flush();
        }

        void send(int to, int number) {
            lane.post(
                    0,
                    () -> {
                        PageBuffer data = Objects.requireNonNull(pool.take(4096));
                        data.bytes().putInt(0, number);
                        new Crc32c().stamp(data, 0, 1);
                        FrameHeader header = new FrameHeader();
                        header.kind = FrameKind.WRITE;
                        header.lengthBytes = 4096;
                        header.requestId = number;
                        network.send(to, header, data, 0);
                        data.release();
                    });
        }

        @Override
        public void onFrame(int fromNode, FrameHeader header, @Nullable PageBuffer body) {
            assertThat(Objects.requireNonNull(body).bytes().getInt(0)).isEqualTo(header.requestId);
            seen.add(fromNode + ":" + header.requestId);
        }

        @Override
        public void onLinkUp(int node, long incarnation) {
            seen.add("up" + node + "/" + incarnation);
        }

        @Override
        public void onLinkDown(int node) {
            seen.add("down" + node);
        }
    }

    private void run(long nanos) {
        world.runUntil(world.now() + nanos, () -> false);
    }

    @Test
    void framesArriveInOrderWithTheirData() {
        Node a = new Node(1);
        Node b = new Node(2);
        run(SimWorld.SECOND_NANOS);
        for (int i = 0; i < 50; i++) {
            a.send(2, i);
            a.send(1, i);
            run(10_000);
        }
        run(SimWorld.SECOND_NANOS);
        assertThat(b.seen).hasSize(51).startsWith("up1/101", "1:0", "1:1").endsWith("1:49");
        assertThat(a.seen).hasSize(51).startsWith("up2/102", "1:0").endsWith("1:49");
        assertThat(a.pool.lentCount() + b.pool.lentCount()).isZero();
    }

    @Test
    void aBrokenLinkLosesASuffixAndComesBack() {
        SimRandom chance = world.random("test");
        Node a = new Node(1);
        Node b = new Node(2);
        run(SimWorld.SECOND_NANOS);
        for (int i = 0; i < 400; i++) {
            a.send(2, i);
            run(chance.between(0, 50_000_000));
            if (i % 40 == 39) {
                fabric.breakLink(1, 2, chance.coin());
            }
        }
        run(20 * SimWorld.SECOND_NANOS);
        int last = -1;
        int lost = 0;
        for (String line : b.seen) {
            if (line.startsWith("1:")) {
                int number = Integer.parseInt(line.substring(2));
                assertThat(number).isGreaterThan(last);
                lost += number - last - 1;
                last = number;
            }
        }
        assertThat(lost).isPositive();
        assertThat(b.seen).contains("down1");
        assertThat(b.seen.getLast()).isIn("up1/101", "1:399");
        assertThat(b.network.isUp(1)).isTrue();
    }

    @Test
    void nothingCrossesACutUntilItHeals() {
        Node a = new Node(1);
        Node b = new Node(2);
        run(SimWorld.SECOND_NANOS);
        fabric.cut(1, 2);
        a.send(2, 1);
        run(10 * SimWorld.SECOND_NANOS);
        assertThat(b.seen).doesNotContain("1:1").contains("down1");
        assertThat(a.seen).contains("down2");
        fabric.heal(1, 2);
        run(SimWorld.SECOND_NANOS);
        a.send(2, 2);
        run(SimWorld.SECOND_NANOS);
        assertThat(b.seen).endsWith("up1/101", "1:2");
    }
}
