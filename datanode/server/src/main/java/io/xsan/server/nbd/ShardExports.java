package io.xsan.server.nbd;

import io.xsan.base.ErrorCode;
import io.xsan.base.seam.Clock;
import io.xsan.engine.Shard;
import io.xsan.engine.VolumeSession;
import io.xsan.frontend.nbd.NbdExports;
import io.xsan.frontend.nbd.NbdSharedSessions;
import io.xsan.meta.image.AttachmentRecord;
import io.xsan.meta.image.ClusterImage;
import io.xsan.meta.image.VolumeRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a datanode exports over NBD: the volumes that it owns and that have a manual attachment
 * ({@code xsan export}).
 */
public final class ShardExports implements NbdExports {
    private final Shard shard;
    private final int node;
    private final NbdSharedSessions sessions;
    private long sessionId;
    private @Nullable ClusterImage image;

    /**
     * Exports of {@code shard}, which is that of {@code node}. Session numbers start above those of
     * earlier lives: from the wall clock in microseconds.
     */
    public ShardExports(Shard shard, int node, Clock clock) {
        this.shard = shard;
        this.node = node;
        this.sessionId = clock.wallMillis() * 1000;
        this.sessions = new NbdSharedSessions(this::connect);
    }

    /** A newer image of the metadata. */
    public void onImage(ClusterImage newer) {
        image = newer;
    }

    private void connect(long volumeId, VolumeSession.Listener listener) {
        long attachment =
                exported().stream()
                        .filter(v -> v.id().value() == volumeId)
                        .flatMap(v -> manual(v).stream())
                        .mapToLong(AttachmentRecord::id)
                        .findFirst()
                        .orElse(0);
        shard.connect(volumeId, attachment, ++sessionId, listener);
    }

    private List<VolumeRecord> exported() {
        List<VolumeRecord> found = new ArrayList<>();
        if (image != null) {
            for (VolumeRecord volume : image.volumes().values()) {
                if (volume.owner().value() == node && manual(volume).isPresent()) {
                    found.add(volume);
                }
            }
        }
        return found;
    }

    private static Optional<AttachmentRecord> manual(VolumeRecord volume) {
        return volume.attachments().stream().filter(AttachmentRecord::manual).findFirst();
    }

    @Override
    public List<String> names() {
        return exported().stream().map(VolumeRecord::name).toList();
    }

    @Override
    public @Nullable Export find(String name) {
        return named(name).map(ShardExports::export).orElse(null);
    }

    private Optional<VolumeRecord> named(String name) {
        List<VolumeRecord> all = exported();
        if (name.isEmpty() && all.size() == 1) {
            return Optional.of(all.getFirst());
        }
        return all.stream().filter(v -> v.name().equals(name)).findFirst();
    }

    private static Export export(VolumeRecord volume) {
        boolean isReadOnly = manual(volume).map(AttachmentRecord::readOnly).orElse(true);
        return new Export(
                volume.name(),
                "XSAN volume " + volume.id(),
                volume.sizeBytes(),
                volume.sectorBytes(),
                isReadOnly);
    }

    @Override
    public void open(String name, VolumeSession.Listener listener) {
        Optional<VolumeRecord> volume = named(name);
        if (volume.isPresent()) {
            sessions.open(volume.get().id().value(), listener);
        } else {
            listener.onDropped(ErrorCode.VOLUME_NOT_FOUND);
        }
    }
}
