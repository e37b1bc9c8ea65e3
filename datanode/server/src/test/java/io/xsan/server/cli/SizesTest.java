package io.xsan.server.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class SizesTest {
    @Test
    void unitsAreBinaryWithAndWithoutTheirSuffix() {
        assertThat(Sizes.parse("4096")).isEqualTo(4096);
        assertThat(Sizes.parse("512MiB")).isEqualTo(512L << 20);
        assertThat(Sizes.parse("10GiB")).isEqualTo(10L << 30);
        assertThat(Sizes.parse("10g")).isEqualTo(10L << 30);
        assertThat(Sizes.parse("1.5TiB")).isEqualTo(3L << 39);
    }

    @Test
    void whatIsNoSizeIsRefusedWithWhatIsAllowed() {
        for (String text :
                List.of("", "x", "-1", "0", "1.00001KiB", "10XB", "9000PiB", "1e3", "1 2")) {
            assertThatThrownBy(() -> Sizes.parse(text), text)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("allowed");
        }
    }

    @Test
    void sizesAreShownInTheLargestUnitThatFits() {
        assertThat(Sizes.text(0)).isEqualTo("0 B");
        assertThat(Sizes.text(1023)).isEqualTo("1023 B");
        assertThat(Sizes.text(1024)).isEqualTo("1 KiB");
        assertThat(Sizes.text(3L << 39)).isEqualTo("1.5 TiB");
        assertThat(Sizes.text(Long.MAX_VALUE)).isEqualTo("8192 PiB");
    }
}
