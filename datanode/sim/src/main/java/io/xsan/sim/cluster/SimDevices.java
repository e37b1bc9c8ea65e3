package io.xsan.sim.cluster;

import io.xsan.base.Check;
import io.xsan.sim.disk.DiskFaultRates;
import io.xsan.sim.disk.SimDisk;
import io.xsan.sim.world.SimRandom;
import java.util.ArrayList;
import java.util.List;

/**
 * The devices of a node, and what its data directory knows of them: which stores it has, and by
 * which the cluster knows it. All of that outlives the process.
 */
final class SimDevices {
    /** A place for a device. */
    static final class Slot {
        private SimDisk disk;
        private int exchanges;

        /** Nothing is on it yet. */
        boolean isBlank = true;

        /** It failed while it was formatted. */
        boolean isHalfFormatted;

        /** It is not there while the process starts. */
        boolean isAway;

        /** Its store, 0 before it is formatted. */
        long storeId;

        Slot(SimDisk disk) {
            this.disk = disk;
        }

        SimDisk disk() {
            return disk;
        }
    }

    private final SimRandom chance;
    private final DiskPace pace;
    private final long bytes;
    private final List<Slot> slots = new ArrayList<>();
    private long anchor;

    SimDevices(NodeShape shape, SimRandom chance, DiskPace pace) {
        this.chance = chance;
        this.pace = pace;
        bytes = shape.diskBytes();
        for (int i = 0; i < shape.devices(); i++) {
            slots.add(new Slot(new SimDisk(bytes, chance.split(name("disk", i, 0)), pace)));
        }
    }

    private static String name(String what, int device, int exchanges) {
        return what + (device == 0 ? "" : "-" + device + "-") + (exchanges == 0 ? "" : exchanges);
    }

    List<Slot> slots() {
        return slots;
    }

    SimDisk disk(int device) {
        return slots.get(device % slots.size()).disk;
    }

    /** The chance to format a device by. */
    SimRandom formatting(Slot slot) {
        return chance.split(name("format", slots.indexOf(slot), slot.exchanges));
    }

    /** Takes the device out, for an empty one; nobody looks for its store any more. */
    void exchange(int device) {
        int index = device % slots.size();
        Slot slot = slots.get(index);
        slot.disk = new SimDisk(bytes, chance.split(name("disk", index, ++slot.exchanges)), pace);
        slot.isBlank = true;
        slot.isHalfFormatted = false;
        slot.storeId = 0;
    }

    /** The store by which the cluster knows the node: its first, or if all are new, any. */
    long anchor() {
        if (anchor == 0 || slots.size() == 1) {
            anchor =
                    slots.stream()
                            .mapToLong(slot -> slot.storeId)
                            .filter(id -> id != 0)
                            .findFirst()
                            .orElseThrow();
        }
        return anchor;
    }

    void crash() {
        slots.forEach(slot -> slot.disk.crash());
    }

    void detach() {
        slots.forEach(slot -> slot.disk.detach());
    }

    void faultRates(DiskFaultRates rates) {
        slots.forEach(slot -> slot.disk.faultRates(rates));
    }

    /** Nothing is wrong with any of them any more. */
    void heal() {
        for (Slot slot : slots) {
            slot.isAway = false;
            slot.disk.lie(false);
            slot.disk.failNextSyncs(0);
            slot.disk.stick(false);
            slot.disk.die(false);
        }
    }

    /** Takes one of several devices away, until it is back. */
    void away(int device, boolean isAway) {
        Check.that(slots.size() > 1, "a node without any device cannot start", slots.size());
        slots.get(device % slots.size()).isAway = isAway;
    }
}
