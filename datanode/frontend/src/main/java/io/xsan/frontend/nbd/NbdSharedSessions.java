package io.xsan.frontend.nbd;

import io.xsan.base.Check;
import io.xsan.base.ErrorCode;
import io.xsan.engine.VolumeIo;
import io.xsan.engine.VolumeSession;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One session of the engine per volume, shared by all NBD connections to it (rule 10: the
 * connections of a manual attachment form one session). It is opened for the first connection and
 * closed with the last. One shard.
 */
public final class NbdSharedSessions {
    /** Opens a session of the engine on the manual attachment of a volume. */
    public interface Opener {
        /** As {@link io.xsan.engine.Shard#connect}, with a session number not used before. */
        void connect(long volumeId, VolumeSession.Listener listener);
    }

    private final Opener opener;
    private final Map<Long, Shared> byVolume = new LinkedHashMap<>();

    /** No session is open. */
    public NbdSharedSessions(Opener opener) {
        this.opener = opener;
    }

    /**
     * Adds a connection to the session of a volume, opening it if there is none. The session that
     * the listener is given is the connection's own: closing it ends its part, without onDropped.
     */
    public void open(long volumeId, VolumeSession.Listener listener) {
        Shared shared = byVolume.get(volumeId);
        if (shared == null) {
            shared = new Shared(volumeId);
            byVolume.put(volumeId, shared);
            shared.add(listener);
            opener.connect(volumeId, shared);
        } else {
            shared.add(listener);
        }
    }

    /** Connections that use or wait for a session of a volume. */
    public int connections(long volumeId) {
        Shared shared = byVolume.get(volumeId);
        return shared == null ? 0 : shared.members.size();
    }

    private final class Shared implements VolumeSession.Listener {
        final long volumeId;
        final List<Member> members = new ArrayList<>();
        @Nullable VolumeSession session;
        private boolean isClosed;

        Shared(long volumeId) {
            this.volumeId = volumeId;
        }

        void add(VolumeSession.Listener listener) {
            Member member = new Member(this, listener);
            members.add(member);
            if (session != null) {
                listener.onReady(member);
            }
        }

        void remove(Member member) {
            members.remove(member);
            if (members.isEmpty() && byVolume.get(volumeId) == this) {
                byVolume.remove(volumeId);
                closeOnce();
            }
        }

        private void closeOnce() {
            if (session != null && !isClosed) {
                isClosed = true;
                session.close();
            }
        }

        @Override
        public void onReady(VolumeSession opened) {
            session = opened;
            for (Member member : List.copyOf(members)) {
                member.listener.onReady(member);
            }
            if (members.isEmpty()) {
                closeOnce();
            }
        }

        @Override
        public void onResized(long sizeBytes) {
            for (Member member : List.copyOf(members)) {
                member.listener.onResized(sizeBytes);
            }
        }

        @Override
        public void onDropped(ErrorCode reason) {
            if (byVolume.get(volumeId) == this) {
                byVolume.remove(volumeId);
            }
            List<Member> dropped = List.copyOf(members);
            members.clear();
            for (Member member : dropped) {
                member.listener.onDropped(reason);
            }
        }
    }

    /** What one connection sees of a shared session. */
    private static final class Member implements VolumeSession {
        private final Shared shared;
        final Listener listener;

        Member(Shared shared, Listener listener) {
            this.shared = shared;
            this.listener = listener;
        }

        private VolumeSession session() {
            return Check.present(shared.session, "a session in use is open");
        }

        @Override
        public long sizeBytes() {
            return session().sizeBytes();
        }

        @Override
        public int sectorBytes() {
            return session().sectorBytes();
        }

        @Override
        public boolean isReadOnly() {
            return session().isReadOnly();
        }

        @Override
        public void submit(VolumeIo io) {
            session().submit(io);
        }

        @Override
        public void map(long offsetBytes, long lengthBytes, MapSink sink) {
            session().map(offsetBytes, lengthBytes, sink);
        }

        @Override
        public void close() {
            shared.remove(this);
        }
    }
}
