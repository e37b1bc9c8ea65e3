package io.xsan.server.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.xsan.base.Refusal;
import java.util.List;
import org.junit.jupiter.api.Test;

class AttachModesTest {
    @Test
    void everyModeOfTheConfigurationIsOfferedInItsOrder() {
        assertThat(AttachModes.of(List.of("nbd", "fuse")))
                .extracting(AttachMode::name)
                .containsExactly("nbd", "fuse");
        assertThat(AttachModes.of(List.of("fuse", "nbd")))
                .extracting(AttachMode::name)
                .containsExactly("fuse", "nbd");
    }

    @Test
    void anotherModeIsRefusedWithThoseThatAreAllowed() {
        assertThatThrownBy(() -> AttachModes.named("scsi"))
                .isInstanceOf(Refusal.class)
                .hasMessageContaining("mode: scsi, allowed is nbd or fuse");
    }
}
