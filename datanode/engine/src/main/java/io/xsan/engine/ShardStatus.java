package io.xsan.engine;

import io.xsan.base.latency.Latencies;
import io.xsan.store.StoreStatus;
import java.util.List;
import java.util.Optional;

/**
 * What a shard is doing at one moment; immutable, for other threads. {@code store} is the sum of
 * {@code devices}.
 */
public record ShardStatus(
        StoreStatus store,
        List<StoreStatus> devices,
        List<Engine> engines,
        List<Component> components) {
    /** State of an engine. */
    public enum EngineState {
        /** Waits for its epoch or for components to open. */
        STARTING,
        /** Makes in-sync components equal. */
        EQUALISING,
        /** Serves I/O. */
        SERVING,
        /** Serves I/O without a lease: reads are confirmed by the components. */
        CONFIRMED,
        /** Some block has too few up-to-date components: writes to it are held. */
        HOLDING,
        /** Was fenced by a newer epoch, or ends. */
        ENDED
    }

    /** An engine. {@code resyncs} has one entry per component that is being brought up to date. */
    public record Engine(
            long volume,
            int epoch,
            EngineState state,
            String reason,
            long stable,
            int sessions,
            long reads,
            long writes,
            long readBytes,
            long writtenBytes,
            List<Resync> resyncs,
            Load load,
            Scrub scrub) {}

    /**
     * What hosts make an engine do. {@code waiting} I/Os are not begun yet, {@code underWay} ones
     * are; {@code errors} are I/Os that ended in an error; {@code resyncedPages} were copied to
     * components in this life of the engine. Latencies are from submission to answer.
     */
    public record Load(
            int waiting,
            int underWay,
            long errors,
            long resyncedPages,
            Latencies reads,
            Latencies writes) {}

    /**
     * The round of the scrub that is under way, up to {@code doneBytes} of the volume, or the last
     * one. Times are in milliseconds since 1970, 0 for never. {@code badPages} are bad, or unequal
     * without a newest version, on every component.
     */
    public record Scrub(
            boolean isRunning,
            long doneBytes,
            long startedMillis,
            long finishedMillis,
            long readPages,
            long repairedPages,
            long badPages) {}

    /** Progress of one resync, of a component or of what its node gains by a move. */
    public record Resync(int node, boolean gain, int attempt, long pagesLeft, long pagesCopied) {}

    /**
     * A component held here, on the store of {@code storeId}. {@code orphan}: the metadata does not
     * know it; the name that its volume had, empty if that cannot be read.
     */
    public record Component(
            long volume,
            long generation,
            long storeId,
            int epoch,
            long stable,
            long mappedBytes,
            boolean damaged,
            Optional<String> orphan) {}
}
