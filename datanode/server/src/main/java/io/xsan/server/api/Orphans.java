package io.xsan.server.api;

import io.xsan.base.ErrorCode;
import io.xsan.base.VolumeId;
import io.xsan.protocol.v1.DeleteOrphanRequest;
import io.xsan.protocol.v1.Empty;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Components that the metadata does not know. Called on threads that may block. */
final class Orphans {
    private static final long WAIT_SECONDS = 10;

    private final NodeView view;
    private final Peers peers;

    Orphans(NodeView view, Peers peers) {
        this.view = view;
        this.peers = peers;
    }

    /** Deletes one, here or on the node that is named; one that is not there is done. */
    Empty delete(DeleteOrphanRequest request) {
        if (request.getNode() != view.config().cluster().nodeId()) {
            return peers.known(request.getNode()).call(s -> s.deleteOrphan(request));
        }
        VolumeId volume;
        try {
            volume = VolumeId.parse(request.getVolumeId());
        } catch (IllegalArgumentException e) {
            throw ApiErrors.of(
                    ErrorCode.INVALID_PARAM, "volume_id", String.valueOf(e.getMessage()));
        }
        ErrorCode outcome = await(volume, request.getGeneration());
        if (outcome != ErrorCode.OK && outcome != ErrorCode.NOT_FOUND) {
            throw ApiErrors.of(
                    outcome,
                    "volume_id",
                    outcome == ErrorCode.CONFLICT
                            ? "the metadata knows the component of "
                                    + volume
                                    + " on node "
                                    + request.getNode()
                                    + ": it is no orphan"
                            : "the component was not deleted: " + outcome.symbol());
        }
        return Empty.getDefaultInstance();
    }

    private ErrorCode await(VolumeId volume, long generation) {
        try {
            return view.dropOrphan(volume.value(), generation).get(WAIT_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException | ExecutionException e) {
            throw ApiErrors.of(
                    ErrorCode.MAYBE_APPLIED, "the component may be deleted yet; repeat the call");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw ApiErrors.of(ErrorCode.MAYBE_APPLIED, "interrupted");
        }
    }
}
