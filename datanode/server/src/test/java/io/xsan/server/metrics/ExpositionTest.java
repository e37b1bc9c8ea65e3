package io.xsan.server.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.xsan.base.latency.LatencyCounter;
import java.util.List;
import org.junit.jupiter.api.Test;

class ExpositionTest {
    private final Exposition out = new Exposition();

    @Test
    void samplesOfOneFamilyStandTogetherUnderOneHead() {
        out.counter("a_total", "What\nit is.", Exposition.labels("name", "x\"y\\z\n"), 1);
        out.gauge("b", "Other.", "", 0.5);
        out.counter("a_total", "What\nit is.", Exposition.labels("name", "2"), 1L << 40);

        assertThat(out.text())
                .isEqualTo(
                        """
                        # HELP a_total What\\nit is.
                        # TYPE a_total counter
                        a_total{name="x\\"y\\\\z\\n"} 1
                        a_total{name="2"} 1099511627776
                        # HELP b Other.
                        # TYPE b gauge
                        b 0.5
                        """);
        ExpositionSyntax.check(out.text());
    }

    @Test
    void histogramBucketsGrowAndEndWithTheCount() {
        LatencyCounter latency = new LatencyCounter();
        latency.record(1_000);
        latency.record(1_000_000_000);
        latency.record(Long.MAX_VALUE / 2);
        out.histogram("h_seconds", "Times.", latency.snapshot(), "volume", "v");

        List<String> lines = out.text().lines().toList();
        assertThat(lines.get(2)).isEqualTo("h_seconds_bucket{volume=\"v\",le=\"1.6384E-5\"} 1");
        assertThat(out.text())
                .contains("h_seconds_bucket{volume=\"v\",le=\"+Inf\"} 3")
                .contains("h_seconds_count{volume=\"v\"} 3");
        ExpositionSyntax.check(out.text());
    }

    @Test
    void theCheckOfTheSyntaxFindsFaults() {
        assertThatThrownBy(() -> ExpositionSyntax.check("a 1\n")).hasMessageContaining("no TYPE");
        assertThatThrownBy(() -> ExpositionSyntax.check("# HELP a b\n# TYPE a counter\na 1\n"))
                .hasMessageContaining("_total");
        assertThatThrownBy(() -> ExpositionSyntax.check("# HELP a b\n# TYPE a gauge\na{x=1} 1\n"))
                .hasMessageContaining("not a sample");
        assertThatThrownBy(() -> ExpositionSyntax.check("# HELP a b\n# TYPE a gauge\na 1\na 2\n"))
                .hasMessageContaining("twice");
    }
}
