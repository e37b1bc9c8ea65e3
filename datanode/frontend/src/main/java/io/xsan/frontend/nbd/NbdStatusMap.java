package io.xsan.frontend.nbd;

import io.xsan.base.ErrorCode;
import io.xsan.engine.VolumeSession;
import org.jspecify.annotations.Nullable;

/** Collects the runs of a BLOCK_STATUS, neighbours of one kind joined. Used again for others. */
final class NbdStatusMap implements VolumeSession.MapSink {
    /** Most runs of one reply; a reply may cover less than was asked. */
    static final int RUNS_MAX = 1024;

    /** Most bytes looked at for one reply. */
    static final long RANGE_BYTES_MAX = 1L << 30;

    private final NbdTransmission owner;
    private final long[] lengths = new long[RUNS_MAX];
    private final boolean[] data = new boolean[RUNS_MAX];
    private int count;
    private int countMax;
    private boolean isFull;
    private @Nullable NbdRequest request;

    /** Link of the list of free maps. */
    @Nullable NbdStatusMap nextFree;

    NbdStatusMap(NbdTransmission owner) {
        this.owner = owner;
    }

    void begin(NbdRequest request) {
        this.request = request;
        count = 0;
        isFull = false;
        countMax = request.has(NbdLayout.CMD_FLAG_REQ_ONE) ? 1 : RUNS_MAX;
    }

    @Override
    public void run(long lengthBytes, boolean isData) {
        if (isFull || lengthBytes == 0) {
            return;
        }
        if (count > 0 && data[count - 1] == isData) {
            lengths[count - 1] += lengthBytes;
        } else if (count < countMax) {
            lengths[count] = lengthBytes;
            data[count++] = isData;
        } else {
            isFull = true;
        }
    }

    @Override
    public void onMapDone(ErrorCode status) {
        NbdRequest done = io.xsan.base.Check.present(request, "a map in use has its request");
        request = null;
        owner.onMapDone(this, done, status);
    }

    int count() {
        return count;
    }

    long lengthBytes(int run) {
        return lengths[run];
    }

    boolean isData(int run) {
        return data[run];
    }
}
