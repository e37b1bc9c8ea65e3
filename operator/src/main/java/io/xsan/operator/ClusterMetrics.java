package io.xsan.operator;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.xsan.operator.reconcile.Outcome.Figures;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** What the last look at the cluster found, as gauges; NaN before the first. Any thread. */
@ApplicationScoped
class ClusterMetrics {
    private volatile @Nullable Figures last;

    ClusterMetrics(MeterRegistry registry) {
        gauge(registry, "cluster.reachable", figures -> figures.isReachable() ? 1 : 0);
        gauge(registry, "nodes", Figures::nodes);
        gauge(registry, "nodes.ready", Figures::nodesReady);
        gauge(registry, "nodes.without.lease", Figures::nodesWithoutLease);
        gauge(registry, "volumes", Figures::volumes);
        gauge(registry, "volumes.degraded", Figures::volumesDegraded);
        gauge(registry, "volumes.paused", Figures::volumesPaused);
        gauge(registry, "capacity.used.ratio", ClusterMetrics::usedRatio);
        gauge(
                registry,
                "certificate.seconds.left",
                figures ->
                        figures.firstCertificateEnd().getEpochSecond()
                                - Instant.now().getEpochSecond());
    }

    private void gauge(MeterRegistry registry, String name, ToDoubleFunction<Figures> value) {
        Gauge.builder(
                        "xsan.operator." + name,
                        this,
                        metrics -> {
                            Figures figures = metrics.last;
                            return figures == null ? Double.NaN : value.applyAsDouble(figures);
                        })
                .register(registry);
    }

    private static double usedRatio(Figures figures) {
        return figures.usableBytes() == 0
                ? 0
                : 1 - (double) figures.freeBytes() / figures.usableBytes();
    }

    void show(Figures figures) {
        last = figures;
    }
}
