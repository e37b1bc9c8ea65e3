package io.xsan.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.xsan.protocol.v1.Component;
import io.xsan.protocol.v1.Export;
import io.xsan.protocol.v1.Policy;
import io.xsan.protocol.v1.Volume;
import java.util.List;
import org.junit.jupiter.api.Test;

class TableTest {
    private static final Volume VOLUME =
            Volume.newBuilder()
                    .setName("data")
                    .setId("00000000000000aa")
                    .setSizeBytes(10L << 30)
                    .setPolicy(Policy.newBuilder().setReplicas(3))
                    .setOwner(2)
                    .addComponents(Component.newBuilder().setNode(1).setState("IN_SYNC"))
                    .addComponents(
                            Component.newBuilder()
                                    .setNode(2)
                                    .setState("SYNCING")
                                    .setPagesCopied(30)
                                    .setPagesLeft(10))
                    .build();

    @Test
    void columnsAreAsWideAsNeededAndNumbersRightAligned() {
        String text = new Table("NAME", "SIZE").row("a", "10 GiB").row("longer", "1 B").text();

        assertThat(text).isEqualTo("NAME      SIZE\na       10 GiB\nlonger     1 B\n");
    }

    @Test
    void volumesShowTheirComponentsWithProgress() {
        assertThat(Tables.volumes(List.of(VOLUME))).contains("1:IN_SYNC 2:SYNCING(75%)", "10 GiB");
        assertThat(Tables.volumes(List.of())).isEqualTo("No volumes.\n");
    }

    @Test
    void jsonHasEveryFieldThatIsNoAbsentMessage() {
        assertThat(ProtoJson.text(VOLUME))
                .contains("\"size_bytes\" : 10737418240", "\"deleting\" : false", "\"SYNCING\"")
                .doesNotContain("engine");
    }

    @Test
    void exportOfAnotherNodesVolumeBeginsWithTheAddressThatCanBeUsed() {
        Export export = Export.newBuilder().setOwner(2).setTcpUri("nbd://127.0.0.2:7483/v").build();
        assertThat(Tables.export(export)).isEqualTo("nbd://127.0.0.2:7483/v\n");
    }
}
