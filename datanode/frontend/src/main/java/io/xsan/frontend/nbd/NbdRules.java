package io.xsan.frontend.nbd;

import static io.xsan.frontend.nbd.NbdErrors.EINVAL;
import static io.xsan.frontend.nbd.NbdErrors.ENOSPC;
import static io.xsan.frontend.nbd.NbdErrors.ENOTSUP;
import static io.xsan.frontend.nbd.NbdErrors.EOVERFLOW;
import static io.xsan.frontend.nbd.NbdErrors.EPERM;
import static io.xsan.frontend.nbd.NbdLayout.CMD_BLOCK_STATUS;
import static io.xsan.frontend.nbd.NbdLayout.CMD_CACHE;
import static io.xsan.frontend.nbd.NbdLayout.CMD_DISC;
import static io.xsan.frontend.nbd.NbdLayout.CMD_FLAG_DF;
import static io.xsan.frontend.nbd.NbdLayout.CMD_FLAG_FAST_ZERO;
import static io.xsan.frontend.nbd.NbdLayout.CMD_FLAG_FUA;
import static io.xsan.frontend.nbd.NbdLayout.CMD_FLAG_NO_HOLE;
import static io.xsan.frontend.nbd.NbdLayout.CMD_FLAG_PAYLOAD_LEN;
import static io.xsan.frontend.nbd.NbdLayout.CMD_FLAG_REQ_ONE;
import static io.xsan.frontend.nbd.NbdLayout.CMD_FLUSH;
import static io.xsan.frontend.nbd.NbdLayout.CMD_READ;
import static io.xsan.frontend.nbd.NbdLayout.CMD_TRIM;
import static io.xsan.frontend.nbd.NbdLayout.CMD_WRITE;
import static io.xsan.frontend.nbd.NbdLayout.CMD_WRITE_ZEROES;
import static io.xsan.frontend.nbd.NbdLayout.REQUEST_BYTES_MAX;

import io.xsan.base.Pages;
import io.xsan.engine.VolumeSession;

/** Which requests are refused, and with what; no state. */
final class NbdRules {
    private NbdRules() {}

    /** The error that {@code request} deserves before the engine sees it, or 0. */
    static int check(NbdRequest request, NbdModes modes, VolumeSession session) {
        int allowed = allowedFlags(request.command, modes);
        if (allowed < 0 || (request.flags & ~allowed) != 0) {
            return EINVAL;
        }
        return switch (request.command) {
            case CMD_READ -> checkRead(request, session);
            case CMD_WRITE -> checkWrite(request, session);
            case CMD_TRIM -> checkChange(request, session, EINVAL);
            case CMD_WRITE_ZEROES -> checkZeroes(request, session);
            case CMD_CACHE -> isInside(request, session) ? 0 : EINVAL;
            case CMD_BLOCK_STATUS -> checkStatus(request, modes, session);
            default -> 0;
        };
    }

    /** Flags of a command, or -1 for an unknown command. */
    private static int allowedFlags(int command, NbdModes modes) {
        return switch (command) {
            case CMD_READ -> CMD_FLAG_FUA | (modes.isStructured() ? CMD_FLAG_DF : 0);
            case CMD_WRITE -> CMD_FLAG_FUA | (modes.isExtended() ? CMD_FLAG_PAYLOAD_LEN : 0);
            case CMD_WRITE_ZEROES -> CMD_FLAG_FUA | CMD_FLAG_NO_HOLE | CMD_FLAG_FAST_ZERO;
            case CMD_BLOCK_STATUS -> CMD_FLAG_FUA | CMD_FLAG_REQ_ONE;
            case CMD_FLUSH, CMD_TRIM, CMD_CACHE, CMD_DISC -> CMD_FLAG_FUA;
            default -> -1;
        };
    }

    private static boolean isInside(NbdRequest request, VolumeSession session) {
        return request.offsetBytes >= 0
                && request.lengthBytes >= 0
                && request.offsetBytes <= session.sizeBytes()
                && request.lengthBytes <= session.sizeBytes() - request.offsetBytes;
    }

    private static int checkRead(NbdRequest request, VolumeSession session) {
        if (!isInside(request, session) || request.lengthBytes > REQUEST_BYTES_MAX) {
            return EINVAL;
        }
        long inPage = NbdTransmission.offsetInPage(request.offsetBytes);
        boolean isOnePart = inPage + request.lengthBytes <= Pages.BLOCK_BYTES;
        return request.has(CMD_FLAG_DF) && !isOnePart ? EOVERFLOW : 0;
    }

    private static int checkWrite(NbdRequest request, VolumeSession session) {
        return request.lengthBytes < 0 || request.lengthBytes > REQUEST_BYTES_MAX
                ? EINVAL
                : checkChange(request, session, ENOSPC);
    }

    private static int checkChange(NbdRequest request, VolumeSession session, int beyondEnd) {
        if (session.isReadOnly()) {
            return EPERM;
        }
        return isInside(request, session) ? 0 : beyondEnd;
    }

    private static int checkZeroes(NbdRequest request, VolumeSession session) {
        int error = checkChange(request, session, ENOSPC);
        return error == 0 && request.has(CMD_FLAG_FAST_ZERO) && !hasWholePage(request)
                ? ENOTSUP
                : error;
    }

    /** Whole pages become a tombstone; a range without one is read, changed and written. */
    private static boolean hasWholePage(NbdRequest request) {
        long first = Pages.ceil(request.offsetBytes);
        return Pages.floor(request.offsetBytes + request.lengthBytes) > first;
    }

    private static int checkStatus(NbdRequest request, NbdModes modes, VolumeSession session) {
        boolean isValid =
                modes.hasAllocation() && request.lengthBytes != 0 && isInside(request, session);
        return isValid ? 0 : EINVAL;
    }

    /** Bytes that follow the header of a request; negative for a length beyond a long. */
    static long payloadBytes(NbdRequest request, NbdModes modes) {
        boolean hasPayload =
                request.command == CMD_WRITE
                        || (modes.isExtended() && request.has(CMD_FLAG_PAYLOAD_LEN));
        return hasPayload ? request.lengthBytes : 0;
    }
}
