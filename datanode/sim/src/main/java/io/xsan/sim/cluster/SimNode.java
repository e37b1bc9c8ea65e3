package io.xsan.sim.cluster;

import io.xsan.base.Check;
import io.xsan.base.memory.BufferPool;
import io.xsan.engine.Shard;
import io.xsan.sim.disk.DiskFaultRates;
import io.xsan.sim.disk.SimDisk;
import io.xsan.sim.world.SimClock;
import io.xsan.sim.world.SimLane;
import io.xsan.sim.world.SimRandom;
import io.xsan.sim.world.SimWorld;
import io.xsan.store.BlockStore;
import io.xsan.store.StoreStatus;
import org.jspecify.annotations.Nullable;

/** A node: its clock and device live on, its process may end and be started again. */
public final class SimNode {
    private static final long RESTART_NANOS = SimWorld.SECOND_NANOS;

    private final Surroundings around;
    private final int id;
    private final SimRandom chance;
    private final SimClock clock;
    private final DiskPace pace;
    private final SimDevices devices;
    private Life life;

    SimNode(Surroundings around, int id) {
        this.around = around;
        this.id = id;
        chance = around.world().random("node" + id);
        clock =
                new SimClock(
                        around.world(),
                        chance.between(0, 1_000_000) * SimWorld.SECOND_NANOS,
                        (int) chance.between(-SimClock.DRIFT_PPM_MAX, SimClock.DRIFT_PPM_MAX));
        life = new Life(around, id, clock, chance, this::onDeviceFailed);
        pace = new DiskPace(chance.split("pace"), life.lane());
        devices = new SimDevices(around.shape(), chance, pace);
        life.begin(devices);
    }

    /** Its number, from 1. */
    public int id() {
        return id;
    }

    /** The process now, or the one that ended last. */
    public SimLane lane() {
        return life.lane();
    }

    /** Number of this life of the process. */
    public long incarnation() {
        return life.incarnation();
    }

    /** Buffers of the process now. */
    public BufferPool pool() {
        return life.pool();
    }

    /** Buffers of the front ends of the process now. */
    public BufferPool hostPool() {
        return life.hostPool();
    }

    /** The shard, once its store is open; null while the process is down or starting. */
    public @Nullable Shard shard() {
        return isUp() ? life.shard() : null;
    }

    /** The store, once it is open; null while the process is down or starting. */
    public @Nullable BlockStore store() {
        return isUp() ? life.store() : null;
    }

    /** The device, or the first. */
    public SimDisk disk() {
        return disk(0);
    }

    /** One of the devices; numbers go round. */
    public SimDisk disk(int device) {
        return devices.disk(device);
    }

    /** True while it runs without one of its devices. */
    public boolean isPartial() {
        BlockStore of = store();
        return of != null
                && (of.isPartial() || of.devices().stream().anyMatch(StoreStatus::isFailed));
    }

    /** Why the process could not open its device, or empty. */
    public String refused() {
        return life.refused();
    }

    /** True while the process runs. */
    public boolean isUp() {
        return life.lane().isAlive();
    }

    /**
     * Ends the process at once: all that was in memory is lost; with {@code isPower} the device
     * too.
     */
    public void crash(boolean isPower) {
        if (!isUp()) {
            return;
        }
        around.world().trace(isPower ? "power-cut" : "kill", id, 0, 0);
        life.end();
        if (isPower) {
            devices.crash();
        } else {
            devices.detach();
        }
        around.fabric().onDeath(id);
    }

    /** A process whose device failed ends, and somebody starts it again. */
    private void onDeviceFailed() {
        around.world().probes().hit("device.failed");
        crash(false);
        around.world().after(RESTART_NANOS, this::start);
    }

    /** Starts the process if it is down. */
    public void start() {
        if (isUp()) {
            return;
        }
        around.world().trace("start", id, 0, 0);
        life = new Life(around, id, clock, chance, this::onDeviceFailed);
        pace.lane(life.lane());
        life.begin(devices);
    }

    /** The process stands still for a while; its clock goes on. */
    public void pause(long nanos) {
        around.world().trace("pause", id, nanos, 0);
        life.lane().pause(nanos);
    }

    /** Operations of the device take up to so much longer; 0 ends it. */
    public void slowDisk(long extraNanos) {
        pace.extra(extraNanos);
    }

    /** Takes a device out of a node that is down, for an empty one. */
    public void exchangeDisk(int device) {
        Check.that(!isUp(), "a node is down", id);
        devices.exchange(device);
    }

    /** A device of several is not there while the process starts, or is there again. */
    public void awayDisk(int device, boolean isAway) {
        devices.away(device, isAway);
    }

    /** Nothing is wrong with its devices any more. */
    public void healDisks() {
        devices.heal();
        devices.faultRates(DiskFaultRates.NONE);
    }

    /** Its clock. */
    public SimClock clock() {
        return clock;
    }

    /** Sets how often the device does what it should not. */
    public void faultRates(DiskFaultRates rates) {
        devices.faultRates(rates);
    }
}
