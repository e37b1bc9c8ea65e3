package io.xsan.server.cli;

import io.xsan.base.ErrorCode;
import io.xsan.base.Refusal;
import io.xsan.base.Version;
import io.xsan.base.log.Log;
import io.xsan.base.seam.Disk;
import io.xsan.server.shard.SystemClock;
import io.xsan.store.DeviceOutcome;
import io.xsan.store.Limits;
import io.xsan.store.LogStore;
import io.xsan.store.StoreComponent;
import io.xsan.store.StoreStatus;
import java.nio.file.Path;

/** {@code xsan-inspect rebuild}: the index of a store, made from its segments alone. */
final class IndexRebuild {
    private IndexRebuild() {}

    /** Rebuilds what is on {@code disk}, which completes within its calls, and tells the result. */
    static String of(Disk disk, Path device) {
        DeviceOutcome[] outcome = new DeviceOutcome[1];
        LogStore.rebuild(disk, Limits.DEFAULT, new SystemClock(), Log.NONE, o -> outcome[0] = o);
        return switch (outcome[0]) {
            case DeviceOutcome.Opened(LogStore store) -> {
                String text = text(store);
                store.release();
                yield text;
            }
            case DeviceOutcome.Refused refused ->
                    throw new Refusal(refused.code(), device + ": " + refused.reason());
            case DeviceOutcome.Blank _, DeviceOutcome.Formatted _ ->
                    throw new Refusal(
                            ErrorCode.INVALID_PARAM, device + ": the device has no store");
        };
    }

    private static String text(LogStore store) {
        StoreStatus status = store.status();
        Table table = new Table("VOLUME", "GENERATION", "EPOCH", "NEWEST", "MAPPED", "CONDITION");
        for (StoreComponent component : store.components()) {
            table.row(
                    String.format("%016x", component.descriptor().volume()),
                    component.descriptor().generation(),
                    component.epoch(),
                    Version.text(component.newestVersion()),
                    Sizes.text(component.mappedBytes()),
                    component.isDamaged() ? "damaged" : "good");
        }
        long used = status.segmentsTotal() - status.segmentsFree();
        return "Rebuilt the index of store %d from %d of %d segments; %d are free.%n%n%s"
                .formatted(
                        status.storeId(),
                        used,
                        status.segmentsTotal(),
                        status.segmentsFree(),
                        table.text());
    }
}
