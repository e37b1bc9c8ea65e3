package io.xsan.frontend.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.xsan.base.Check;
import io.xsan.base.ErrorCode;
import io.xsan.base.memory.BufferPool;
import io.xsan.base.memory.PageBuffer;
import io.xsan.base.memory.PoolConfig;
import io.xsan.engine.VolumeIo;
import io.xsan.engine.VolumeSession;
import io.xsan.frontend.FakeVolume;
import io.xsan.protocol.FrameHeader;
import io.xsan.protocol.FrameKind;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * An agent against an owner over bytes, while connections break and sessions are dropped at random.
 * Goal: each page is one register - a read returns what was written last, no write is lost and none
 * appears late. Method: at most one I/O per page at a time, each write with a value of its own.
 */
class AgentHistoryTest {
    private static final int PAGES = 8;
    private static final int SEEDS = 120;
    private static final int STEPS = 4000;

    @Test
    void pagesAreRegistersWhateverHappensToConnections() {
        long resent = 0;
        for (long seed = 0; seed < SEEDS; seed++) {
            World world = new World(seed);
            try {
                resent += world.run();
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("seed " + seed, e);
            }
        }
        assertThat(resent).as("requests sent again over all seeds").isGreaterThan(SEEDS);
    }

    private static final class World implements OwnerLink, VolumeSession.Listener {
        final Random random;
        final BufferPool agentPool = new BufferPool(new PoolConfig(0, 24, 0, 0, 4 << 20));
        final BufferPool ownerPool = new BufferPool(new PoolConfig(0, 4, 0, 0, 4 << 20));
        final Page[] pages = new Page[PAGES];
        final byte[] content = new byte[PAGES * 4096];
        final List<Session> sessions = new ArrayList<>();
        final List<AgentPath> haunted = new ArrayList<>();
        final AgentVolume volume;
        @Nullable AgentPath path;
        boolean isDialing;
        boolean isQuiet;
        long now;
        long lastSession;
        long ends;

        World(long seed) {
            random = new Random(seed);
            AgentLimits limits = new AgentLimits(5, 200, 1_000_000, 1_000_000);
            volume = new AgentVolume(new AgentVolume.Target(7, 8), this, limits, this, 0);
            for (int i = 0; i < PAGES; i++) {
                pages[i] = new Page(i);
            }
        }

        long run() {
            for (int i = 0; i < STEPS; i++) {
                step();
            }
            isQuiet = true;
            for (int i = 0; i < 40_000 && volume.requestsInFlight() > 0; i++) {
                step();
            }
            assertThat(volume.requestsInFlight()).as("requests left when faults stop").isZero();
            for (Page page : pages) {
                assertThat(content[page.index * 4096]).isEqualTo(page.value);
            }
            assertThat(ends).isGreaterThan(50);
            volume.close();
            haunted.forEach(AgentPath::ownerNotices);
            sessions.forEach(Session::endAll);
            agentPool.close();
            ownerPool.close();
            return volume.resentRequests();
        }

        void step() {
            now++;
            Page page = pages[random.nextInt(PAGES)];
            if (!isQuiet && !page.isBusy) {
                page.begin();
            }
            AgentPath current = path;
            if (current != null && !current.step(random)) {
                leave();
                volume.onDisconnected(AgentPath.lost());
            } else if (isDialing) {
                isDialing = false;
                path = new AgentPath(volume, this::open, agentPool, ownerPool);
            }
            if (!sessions.isEmpty()) {
                sessions.get(random.nextInt(sessions.size())).answerSome();
            }
            if (!haunted.isEmpty() && random.nextInt(3) == 0) {
                haunt();
            }
            if (!isQuiet && random.nextInt(150) == 0) {
                fault();
            }
            volume.onTurnEnd(now);
        }

        void haunt() {
            AgentPath ghost = haunted.get(random.nextInt(haunted.size()));
            if (random.nextInt(20) == 0) {
                haunted.remove(ghost);
                ghost.ownerNotices();
            } else {
                ghost.haunt(random);
            }
        }

        void fault() {
            if (random.nextBoolean() && path != null) {
                leave();
                volume.onDisconnected(AgentPath.lost());
            } else if (!sessions.isEmpty()) {
                sessions.getLast().drop(ErrorCode.NOT_OWNER);
            }
        }

        void leave() {
            AgentPath left = path;
            path = null;
            if (left != null) {
                left.cut();
                haunted.add(left);
            }
        }

        /** The engine: a new session ends the older ones before it serves. */
        void open(long sessionId, VolumeSession.Listener listener) {
            if (sessionId <= lastSession) {
                listener.onDropped(ErrorCode.SESSION_DROPPED);
                return;
            }
            lastSession = sessionId;
            for (Session old : List.copyOf(sessions)) {
                old.drop(ErrorCode.SESSION_DROPPED);
            }
            Session session = new Session(listener);
            sessions.add(session);
            listener.onReady(session.fake);
        }

        @Override
        public void connect(ErrorCode previous) {
            isDialing = true;
        }

        @Override
        public void disconnect() {
            isDialing = false;
            leave();
        }

        @Override
        public boolean canSend(FrameKind kind) {
            return path != null && path.agentLink().canSend(kind);
        }

        @Override
        public void send(FrameHeader header, @Nullable PageBuffer body, int bodyOffsetBytes) {
            Check.present(path, "a link stands").send(header, body, bodyOffsetBytes);
        }

        @Override
        public long newSessionId() {
            return lastSession + 1 + random.nextInt(3);
        }

        @Override
        public void onReady(VolumeSession session) {}

        @Override
        public void onResized(long sizeBytes) {}

        @Override
        public void onDropped(ErrorCode reason) {}

        /** A session at the engine; its I/O ends in any order. */
        final class Session {
            final FakeVolume fake = new FakeVolume(content.length);
            final VolumeSession.Listener listener;

            Session(VolumeSession.Listener listener) {
                this.listener = listener;
                fake.content = content;
                fake.isHolding = true;
                fake.isRecording = false;
                fake.allowsAnyPlace = true;
            }

            void answerSome() {
                if (fake.closes > 0) {
                    drop(ErrorCode.SESSION_DROPPED);
                } else if (!fake.held.isEmpty() && random.nextInt(3) == 0) {
                    if (random.nextBoolean()) {
                        fake.release();
                    } else {
                        fake.releaseNewest();
                    }
                }
            }

            /** I/O in the engine ends before the session: done, or not done. */
            void endAll() {
                while (!fake.held.isEmpty()) {
                    boolean isDone = random.nextBoolean();
                    fake.nextStatus = isDone ? ErrorCode.OK : ErrorCode.SESSION_DROPPED;
                    fake.release();
                }
            }

            void drop(ErrorCode reason) {
                endAll();
                sessions.remove(this);
                listener.onDropped(reason);
            }
        }

        /** A page and the one I/O that it may have. */
        final class Page extends VolumeIo {
            final int index;
            byte value;
            byte pending;
            boolean isBusy;

            Page(int index) {
                this.index = index;
            }

            void begin() {
                isBusy = true;
                kind = random.nextInt(3) == 0 ? Kind.READ : Kind.WRITE;
                offsetBytes = index * 4096L;
                lengthBytes = 4096;
                crcsValid = false;
                buffer = Check.present(agentPool.take(4096), "the agent has buffers");
                pending = (byte) random.nextInt();
                if (kind == Kind.WRITE) {
                    for (int i = 0; i < 4096; i++) {
                        buffer.bytes().put(i, pending);
                    }
                }
                volume.submit(this);
            }

            @Override
            public void onDone(ErrorCode status) {
                PageBuffer done = Check.present(buffer, "an I/O has its buffer");
                if (status == ErrorCode.OK && kind == Kind.WRITE) {
                    value = pending;
                } else if (status == ErrorCode.OK) {
                    assertThat(done.bytes().get(0)).as("page %d", index).isEqualTo(value);
                    assertThat(done.bytes().get(4095)).isEqualTo(value);
                } else {
                    assertThat(volume.isServing()).isFalse();
                }
                ends++;
                done.release();
                isBusy = false;
            }
        }
    }
}
