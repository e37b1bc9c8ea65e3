package io.xsan.csi.controller;

import io.grpc.Status;
import io.xsan.csi.rpc.Failures;
import io.xsan.csi.v1.ListVolumesRequest;
import io.xsan.csi.v1.ListVolumesResponse;
import io.xsan.protocol.v1.Volume;
import java.util.Comparator;
import java.util.List;

/**
 * Pages of the list of volumes, in the order of their ids. A token is the last id of the page
 * before, so that volumes which come and go between two pages move no other.
 */
final class VolumeList {
    private VolumeList() {}

    static ListVolumesResponse page(List<Volume> all, ListVolumesRequest request) {
        if (request.getMaxEntries() < 0) {
            throw Failures.invalid("max_entries", request.getMaxEntries(), "0 or more");
        }
        String after = request.getStartingToken();
        if (!after.isEmpty() && !after.matches("[0-9a-f]{16}")) {
            throw Failures.of(
                    Status.Code.ABORTED, "starting_token '" + after + "' is none of this list");
        }
        List<Volume> rest =
                all.stream()
                        .filter(volume -> !volume.getDeleting())
                        .filter(volume -> volume.getId().compareTo(after) > 0)
                        .sorted(Comparator.comparing(Volume::getId))
                        .toList();
        int most = request.getMaxEntries() == 0 ? rest.size() : request.getMaxEntries();
        ListVolumesResponse.Builder page = ListVolumesResponse.newBuilder();
        rest.stream().limit(most).forEach(volume -> page.addEntries(entry(volume)));
        if (rest.size() > most) {
            page.setNextToken(rest.get(most - 1).getId());
        }
        return page.build();
    }

    private static ListVolumesResponse.Entry entry(Volume volume) {
        return ListVolumesResponse.Entry.newBuilder()
                .setVolume(shown(volume))
                .setStatus(
                        ListVolumesResponse.VolumeStatus.newBuilder()
                                .setVolumeCondition(Conditions.of(volume)))
                .build();
    }

    static io.xsan.csi.v1.Volume shown(Volume volume) {
        return io.xsan.csi.v1.Volume.newBuilder()
                .setVolumeId(volume.getId())
                .setCapacityBytes(volume.getSizeBytes())
                .build();
    }
}
