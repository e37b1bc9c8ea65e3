package io.xsan.frontend.nbd;

import io.xsan.base.Check;
import io.xsan.base.ErrorCode;
import io.xsan.base.memory.PageBuffer;
import io.xsan.engine.VolumeIo;
import org.jspecify.annotations.Nullable;

/** A part of a request, as the engine takes it: at most one large buffer. Used again for others. */
final class NbdPart extends VolumeIo {
    private final NbdTransmission owner;

    /** Link of the list of free parts. */
    @Nullable NbdPart nextFree;

    private @Nullable NbdRequest request;

    NbdPart(NbdTransmission owner) {
        this.owner = owner;
    }

    /** Describes the next part of {@code request}: {@code bytes} from where it has got to. */
    void begin(Kind kind, NbdRequest request, int bytes, @Nullable PageBuffer buffer) {
        this.kind = kind;
        this.request = request;
        this.buffer = buffer;
        offsetBytes = request.offsetBytes + request.issuedBytes;
        lengthBytes = bytes;
        bufferOffsetBytes = NbdTransmission.offsetInPage(offsetBytes);
        crcsValid = false;
        mayTrim = kind == Kind.TRIM || !request.has(NbdLayout.CMD_FLAG_NO_HOLE);
    }

    NbdRequest request() {
        return Check.present(request, "a part in use has its request");
    }

    /** The buffer, which is no longer the part's. */
    @Nullable PageBuffer takeBuffer() {
        PageBuffer taken = buffer;
        buffer = null;
        request = null;
        return taken;
    }

    @Override
    public void onDone(ErrorCode status) {
        owner.onPartDone(this, status);
    }
}
