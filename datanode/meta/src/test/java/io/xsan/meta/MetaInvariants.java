package io.xsan.meta;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.xsan.base.Pages;
import io.xsan.base.VolumeId;
import io.xsan.meta.image.AttachmentRecord;
import io.xsan.meta.image.ClusterImage;
import io.xsan.meta.image.ComponentRecord;
import io.xsan.meta.image.ComponentState;
import io.xsan.meta.image.MoveRecord;
import io.xsan.meta.image.RingRecord;
import io.xsan.meta.image.VolumeRecord;
import io.xsan.meta.placement.BlockPlacement;
import java.util.List;
import java.util.TreeMap;

/** What holds in every image, and between an image and the next. */
final class MetaInvariants {
    private MetaInvariants() {}

    static void check(ClusterImage before, ClusterImage after, String at) {
        TreeMap<String, VolumeId> names = new TreeMap<>();
        for (VolumeRecord volume : after.volumes().values()) {
            if (!volume.deleting()) {
                assertTrue(names.put(volume.name(), volume.id()) == null, at + ": names differ");
                checkLive(volume, at);
            }
            assertTrue(!volume.components().isEmpty(), at + ": a volume has components");
            before.volume(volume.id()).ifPresent(old -> checkStep(old, volume, at));
        }
        assertEquals(names, after.names(), at);
    }

    private static void checkLive(VolumeRecord volume, String at) {
        assertEquals(
                volume.ring().members().stream().map(RingRecord.Member::node).toList(),
                volume.components().stream().map(ComponentRecord::node).toList(),
                at + ": components match the ring");
        assertTrue(
                volume.everyComponent().stream().map(ComponentRecord::node).distinct().count()
                        == volume.everyComponent().size(),
                at + ": one component of a volume on a node");
        assertTrue(
                volume.everyComponent().stream()
                        .allMatch(c -> c.generation() <= volume.lastGeneration()),
                at + ": no generation is above the last one given");
        BlockPlacement placement =
                new BlockPlacement(volume.id(), volume.ring(), volume.policy().replicas());
        List<Integer> inSync =
                volume.components().stream()
                        .filter(c -> c.state() == ComponentState.IN_SYNC)
                        .map(c -> c.node().value())
                        .toList();
        int[] nodes = new int[placement.replicas()];
        for (long block = 0; block <= Pages.blockOf(volume.sizeBytes() - 1); block++) {
            placement.replicasOf(block, nodes);
            boolean isCovered = false;
            for (int node : nodes) {
                isCovered |= inSync.contains(node);
            }
            assertTrue(isCovered, at + ": block " + block + " has an in-sync component");
        }
        List<AttachmentRecord> attachments = volume.attachments();
        boolean hasManual = attachments.stream().anyMatch(AttachmentRecord::manual);
        assertTrue(!hasManual || attachments.size() == 1, at + ": an export is alone");
    }

    private static void checkStep(VolumeRecord old, VolumeRecord now, String at) {
        assertTrue(now.epoch() >= old.epoch(), at + ": epochs grow");
        assertTrue(now.sizeBytes() >= old.sizeBytes(), at + ": sizes grow");
        assertTrue(now.deleting() || !old.deleting(), at + ": deletion is for ever");
        assertTrue(now.lastGeneration() >= old.lastGeneration(), at + ": generations grow");
        boolean isGranted = now.epoch() > old.epoch();
        assertTrue(
                !isGranted || now.ownerIncarnation() != 0 || now.isUnsettled(),
                at + ": grants name whom");
        if (!old.ring().equals(now.ring())) {
            checkMoved(old, now, at);
            return;
        }
        for (ComponentRecord component : now.components()) {
            old.component(component.node()).ifPresent(was -> checkStep(was, component, at));
        }
    }

    /** Invariant 7: what is dropped is on the new ring, whole, before. */
    private static void checkMoved(VolumeRecord old, VolumeRecord now, String at) {
        MoveRecord move = old.move().orElseThrow();
        assertEquals(move.ring(), now.ring(), at + ": the ring is the one that was next");
        assertTrue(move.isComplete(), at + ": all that nodes gain is in sync");
        for (ComponentRecord component : now.components()) {
            ComponentState was =
                    old.component(component.node())
                            .map(ComponentRecord::state)
                            .orElse(ComponentState.IN_SYNC);
            boolean isAsGood =
                    component.state() != ComponentState.IN_SYNC || was == ComponentState.IN_SYNC;
            assertTrue(isAsGood, at + ": no component is in sync that was not");
        }
    }

    private static void checkStep(ComponentRecord old, ComponentRecord now, String at) {
        assertTrue(now.attempt() >= old.attempt(), at + ": attempts grow");
        assertTrue(now.generation() >= old.generation(), at + ": generations grow");
        if (old.state() != ComponentState.IN_SYNC && now.state() != ComponentState.IN_SYNC) {
            assertTrue(now.since() <= old.since(), at + ": the older since is kept");
        }
        if (now.state() == ComponentState.SYNCING && !now.equals(old)) {
            assertEquals(old.attempt() + 1, now.attempt(), at + ": a new attempt");
        }
        boolean isPromoted = now.state() == ComponentState.IN_SYNC && !now.isUnsettled();
        if (isPromoted && old.state() != ComponentState.IN_SYNC) {
            assertEquals(ComponentState.SYNCING, old.state(), at + ": only synced is promoted");
            assertEquals(old.attempt(), now.attempt(), at + ": under its attempt");
        }
    }
}
