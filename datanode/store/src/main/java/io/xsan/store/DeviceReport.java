package io.xsan.store;

import io.xsan.base.seam.Disk;
import io.xsan.store.DeviceProbe.Finding;
import io.xsan.store.format.Superblock;
import java.util.function.Consumer;

/** Tells what is on a device, in a sentence; never writes. */
public final class DeviceReport {
    private DeviceReport() {}

    /** What is on {@code disk}; {@code listener} is called once, within the call if the disk is. */
    public static void of(Disk disk, Consumer<String> listener) {
        Consumer<Finding> judge = finding -> listener.accept(text(finding));
        new DeviceProbe(disk, new DiskSteps(disk), judge).start();
    }

    private static String text(Finding finding) {
        return switch (finding) {
            case Finding.Zeros() -> "empty";
            case Finding.Foreign(String reason) -> "not of XSAN: " + reason;
            case Finding.Known(Superblock block) ->
                    "store %d of node %d of cluster %s"
                            .formatted(block.storeId(), block.node(), block.cluster());
        };
    }
}
