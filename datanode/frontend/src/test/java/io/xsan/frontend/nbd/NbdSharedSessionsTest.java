package io.xsan.frontend.nbd;

import static org.assertj.core.api.Assertions.assertThat;

import io.xsan.base.Check;
import io.xsan.base.ErrorCode;
import io.xsan.engine.VolumeSession;
import io.xsan.frontend.FakeVolume;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class NbdSharedSessionsTest {
    private final List<VolumeSession.Listener> opened = new ArrayList<>();
    private final NbdSharedSessions sessions =
            new NbdSharedSessions((volume, listener) -> opened.add(listener));
    private final FakeVolume volume = new FakeVolume(4096);

    /** A connection. */
    private static final class Connection implements VolumeSession.Listener {
        @Nullable VolumeSession session;
        long sizeBytes;
        @Nullable ErrorCode dropped;

        @Override
        public void onReady(VolumeSession ready) {
            session = ready;
        }

        @Override
        public void onResized(long newSizeBytes) {
            sizeBytes = newSizeBytes;
        }

        @Override
        public void onDropped(ErrorCode reason) {
            dropped = reason;
        }

        VolumeSession session() {
            return Check.present(session, "the session is ready");
        }
    }

    private Connection open() {
        Connection connection = new Connection();
        sessions.open(7, connection);
        return connection;
    }

    @Test
    void connectionsToAVolumeShareOneSession() {
        Connection first = open();
        Connection second = open();
        assertThat(opened).hasSize(1);
        assertThat(first.session).isNull();
        opened.getFirst().onReady(volume);
        Connection third = open();
        assertThat(sessions.connections(7)).isEqualTo(3);
        assertThat(third.session().sizeBytes()).isEqualTo(4096);
        opened.getFirst().onResized(8192);
        assertThat(second.sizeBytes).isEqualTo(8192);

        first.session().close();
        second.session().close();
        assertThat(volume.closes).isZero();
        third.session().close();
        third.session().close();
        assertThat(volume.closes).isOne();
    }

    @Test
    void connectionAfterTheLastOpensANewSession() {
        Connection first = open();
        opened.getFirst().onReady(volume);
        first.session().close();
        Connection second = open();
        assertThat(opened).hasSize(2);
        opened.getFirst().onDropped(ErrorCode.SESSION_DROPPED);
        assertThat(second.dropped).isNull();
        assertThat(sessions.connections(7)).isOne();
    }

    @Test
    void endOfTheSessionIsToldToAllItsConnections() {
        Connection first = open();
        Connection second = open();
        opened.getFirst().onDropped(ErrorCode.NOT_OWNER);
        assertThat(first.dropped).isEqualTo(ErrorCode.NOT_OWNER);
        assertThat(second.dropped).isEqualTo(ErrorCode.NOT_OWNER);
        assertThat(sessions.connections(7)).isZero();
        open();
        assertThat(opened).hasSize(2);
    }

    @Test
    void volumesDoNotShare() {
        open();
        sessions.open(8, new Connection());
        assertThat(opened).hasSize(2);
    }
}
