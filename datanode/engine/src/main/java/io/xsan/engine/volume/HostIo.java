package io.xsan.engine.volume;

import io.xsan.base.Check;
import io.xsan.base.ErrorCode;
import io.xsan.base.Pages;
import io.xsan.engine.VolumeIo;
import io.xsan.store.WriteOp;
import org.jspecify.annotations.Nullable;

/**
 * One I/O of a host, cut into pieces that lie in one block each. Trims and zeros of parts of pages
 * become writes of zeros. At most {@link #PIECES_MAX} pieces are under way at a time.
 */
final class HostIo {
    private static final int PIECES_MAX = 16;

    private final HostSide host;
    @Nullable VolumeIo io;
    @Nullable Session session;
    long startNanos;
    long submittedNanos;
    private long nextBytes;
    private long endBytes;
    private int underWay;
    private boolean isStarting;
    private ErrorCode status = ErrorCode.OK;

    HostIo(HostSide host) {
        this.host = host;
    }

    VolumeIo io() {
        return Check.present(io, "an I/O that is worked on has a host's");
    }

    void start(Session of, VolumeIo request, long submitted, long nowNanos) {
        session = of;
        io = request;
        startNanos = nowNanos;
        submittedNanos = submitted;
        nextBytes = request.offsetBytes;
        endBytes = request.offsetBytes + request.lengthBytes;
        underWay = 0;
        status = ErrorCode.OK;
        advance();
    }

    private void advance() {
        isStarting = true;
        if (io == null) {
            // The host was told of an error already; the rest is not begun.
            nextBytes = endBytes;
        }
        while (underWay < PIECES_MAX && nextBytes < endBytes && host.canStartPiece()) {
            startPiece();
        }
        isStarting = false;
        if (underWay == 0) {
            if (nextBytes >= endBytes) {
                host.finish(this, status);
            } else {
                host.waitForSlots(this);
            }
        }
    }

    /** Goes on where it waited for a free exchange. */
    void retry() {
        advance();
    }

    private void startPiece() {
        VolumeIo request = io();
        long block = Pages.blockOf(nextBytes);
        int offset = Pages.offsetInBlock(nextBytes);
        int length = (int) Math.min(endBytes - nextBytes, Pages.BLOCK_BYTES - offset);
        underWay++;
        switch (request.kind) {
            case READ -> {
                nextBytes += length;
                host.takeRead().start(this, block, offset, length);
            }
            case WRITE -> {
                nextBytes += length;
                host.takeWrite().start(this, WriteOp.Content.DATA, block, offset, length);
            }
            case TRIM, ZERO -> startZeroPiece(block, offset, length);
            case FLUSH -> throw Check.unreachable("a flush has no pieces");
        }
    }

    private void startZeroPiece(long block, int offset, int length) {
        int toPage = (int) (Pages.ceil(offset + 1L) - offset);
        int whole = (int) Pages.floor(length);
        if (!Pages.isAligned(offset) || whole == 0) {
            int part = Math.min(length, Pages.isAligned(offset) ? length : toPage);
            nextBytes += part;
            host.takeWrite().start(this, WriteOp.Content.DATA, block, offset, part);
            return;
        }
        boolean isTrim = io().kind == VolumeIo.Kind.TRIM || io().mayTrim;
        nextBytes += whole;
        host.takeWrite()
                .start(
                        this,
                        isTrim ? WriteOp.Content.TRIM : WriteOp.Content.ZERO,
                        block,
                        offset,
                        whole);
    }

    void onPieceDone(ErrorCode outcome) {
        underWay--;
        if (status == ErrorCode.OK) {
            status = outcome;
        }
        if (isStarting) {
            return;
        }
        if (status != ErrorCode.OK) {
            nextBytes = endBytes;
        }
        if (underWay == 0 || nextBytes < endBytes) {
            advance();
        }
    }
}
