package io.xsan.store;

import io.xsan.base.Pages;
import io.xsan.base.memory.PageBuffer;
import io.xsan.store.RecordApplier.CreateState;
import io.xsan.store.StoreCore.Dropped;
import io.xsan.store.format.DescriptorLayout;
import io.xsan.store.format.RecordLayout;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Reads the payloads of the CREATE records that recovery has met, after all other records. */
final class DescriptorReader {
    private record Create(
            ComponentKey key, long stable, int segment, int page, List<Integer> crcs) {}

    private final StoreCore core;
    private final DiskSteps steps;
    private final RecordApplier applier;
    private final List<Create> creates = new ArrayList<>();

    DescriptorReader(StoreCore core, DiskSteps steps, RecordApplier applier) {
        this.core = core;
        this.steps = steps;
        this.applier = applier;
    }

    void add(ByteBuffer records, int at, int segment) {
        List<Integer> crcs = new ArrayList<>();
        for (int page = 0; page < RecordLayout.pages(records, at); page++) {
            crcs.add(RecordLayout.pageCrc(records, at, page));
        }
        creates.add(
                new Create(
                        new ComponentKey(
                                RecordLayout.volume(records, at),
                                RecordLayout.generation(records, at)),
                        RecordLayout.version(records, at),
                        segment,
                        RecordLayout.payloadPage(records, at),
                        crcs));
    }

    void readAll(Runnable then) {
        read(0, then);
    }

    private void read(int index, Runnable then) {
        if (index == creates.size()) {
            then.run();
            return;
        }
        Create create = creates.get(index);
        Dropped gone = core.dropped.get(create.key());
        if (gone != null) {
            RecordApplier.applyCreateOfDropped(gone, create.segment());
            read(index + 1, then);
            return;
        }
        int length = create.crcs().size() * Pages.PAGE_BYTES;
        PageBuffer buffer = core.memory.descriptor;
        if (length > core.memory.descriptorPagesMax * Pages.PAGE_BYTES) {
            core.log.warn("descriptor-too-long", "volume", create.key().volume());
            read(index + 1, then);
            return;
        }
        Runnable apply =
                () -> {
                    apply(create, buffer, length);
                    read(index + 1, then);
                };
        long offset = core.superblock.offset(create.segment(), create.page());
        steps.read(offset, buffer, 0, length, apply);
    }

    private void apply(Create create, PageBuffer buffer, int length) {
        for (int page = 0; page < create.crcs().size(); page++) {
            buffer.setPageCrc(page, create.crcs().get(page));
        }
        ByteBuffer bytes = buffer.bytes();
        boolean isGood =
                core.crc.firstMismatch(buffer, 0, create.crcs().size()) < 0
                        && DescriptorLayout.isValid(bytes, 0, length);
        if (!isGood) {
            core.log.error("descriptor-damaged", "volume", create.key().volume());
            return;
        }
        ComponentKey key = create.key();
        ComponentState owner = core.componentOrNew(key.volume(), key.generation());
        owner.descriptor =
                new ComponentDescriptor(
                        key.volume(),
                        key.generation(),
                        DescriptorLayout.node(bytes, 0),
                        DescriptorLayout.sizeBytes(bytes, 0),
                        DescriptorLayout.volumeRecord(bytes, 0));
        owner.bornSequence = DescriptorLayout.bornSequence(bytes, 0);
        CreateState state =
                new CreateState(
                        DescriptorLayout.epoch(bytes, 0),
                        create.stable(),
                        DescriptorLayout.isDamaged(bytes, 0));
        applier.applyCreate(owner, create.segment(), state);
    }
}
