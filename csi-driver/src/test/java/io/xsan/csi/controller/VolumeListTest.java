package io.xsan.csi.controller;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.xsan.csi.v1.ListVolumesRequest;
import io.xsan.csi.v1.ListVolumesResponse;
import io.xsan.protocol.v1.Component;
import io.xsan.protocol.v1.Volume;
import java.util.List;
import org.junit.jupiter.api.Test;

class VolumeListTest {
    @Test
    void pagesGoOnWhereTheLastOneEndedWhateverIsDeletedMeanwhile() {
        ListVolumesResponse first = page(List.of(volume(3), volume(1), volume(2)), 2, "");
        assertThat(ids(first)).containsExactly(id(1), id(2));

        ListVolumesResponse second = page(List.of(volume(3), volume(4)), 2, first.getNextToken());

        assertThat(ids(second)).containsExactly(id(3), id(4));
        assertThat(second.getNextToken()).isEmpty();
    }

    @Test
    void tokenThatIsNoneIsRefused() {
        assertThatThrownBy(() -> page(List.of(), 0, "zzz")).hasMessageStartingWith("ABORTED");
    }

    @Test
    void conditionSaysWhichComponentIsBehindAndHowFar() {
        Volume volume =
                volume(1).toBuilder()
                        .addComponents(Component.newBuilder().setNode(1).setState("IN_SYNC"))
                        .addComponents(
                                Component.newBuilder()
                                        .setNode(2)
                                        .setState("SYNCING")
                                        .setPagesCopied(1)
                                        .setPagesLeft(3))
                        .build();

        assertThat(Conditions.of(volume).getAbnormal()).isTrue();
        assertThat(Conditions.of(volume).getMessage())
                .isEqualTo("1 of 2 components are in sync: node 2 is SYNCING (25 %)");
    }

    private static ListVolumesResponse page(List<Volume> all, int most, String token) {
        return VolumeList.page(
                all,
                ListVolumesRequest.newBuilder()
                        .setMaxEntries(most)
                        .setStartingToken(token)
                        .build());
    }

    private static List<String> ids(ListVolumesResponse page) {
        return page.getEntriesList().stream().map(e -> e.getVolume().getVolumeId()).toList();
    }

    private static Volume volume(int number) {
        return Volume.newBuilder().setId(id(number)).build();
    }

    private static String id(int number) {
        return "%016x".formatted(number);
    }
}
