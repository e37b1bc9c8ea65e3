package io.xsan.server.api;

import io.xsan.base.ErrorCode;
import io.xsan.meta.image.VolumeRecord;
import io.xsan.protocol.v1.Empty;
import io.xsan.protocol.v1.VolumeRef;

/** What only the owner of a volume can do. Called on threads that may block. */
final class VolumeOwners {
    private VolumeOwners() {}

    /** Begins to scrub the volume, here or on the node that owns it. */
    static Empty scrub(NodeView view, Peers peers, VolumeRecord volume) {
        int owner = volume.owner().value();
        if (owner != view.config().cluster().nodeId()) {
            VolumeRef ref = VolumeRef.newBuilder().setId(volume.id().toString()).build();
            return peers.known(owner).call(s -> s.scrubVolume(ref));
        }
        ErrorCode outcome = view.scrub(volume.id().value());
        if (outcome != ErrorCode.OK) {
            throw ApiErrors.of(
                    outcome,
                    "volume",
                    "volume "
                            + volume.name()
                            + " cannot be scrubbed now: "
                            + outcome.symbol()
                            + "; its owner is changing, repeat the call");
        }
        return Empty.getDefaultInstance();
    }
}
