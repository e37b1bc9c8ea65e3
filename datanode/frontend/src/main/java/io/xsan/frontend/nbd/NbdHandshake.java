package io.xsan.frontend.nbd;

import static io.xsan.frontend.nbd.NbdLayout.OPTION_HEADER_BYTES;

import io.xsan.base.Check;
import io.xsan.base.ErrorCode;
import io.xsan.engine.VolumeSession;
import io.xsan.frontend.nbd.NbdExports.Export;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The first half of a connection: options, until an export is chosen.
 *
 * <pre>
 *   FLAGS --4 bytes--> HEADER --> DATA | SKIP --> HEADER ...
 *                                  |-- GO, EXPORT_NAME --> OPENING --> done, or HEADER again
 *                                  '-- ABORT, hostile bytes, too many options --> CLOSED
 * </pre>
 */
final class NbdHandshake {
    /** What a handshake needs of its connection. */
    interface Host {
        /** Asks for the session of an export; the handshake waits for onOpened or onRefused. */
        void open(Export export);

        /** The handshake has ended: requests follow. */
        void begin(VolumeSession session, NbdModes modes);

        /** Upgrades to TLS. */
        void startTls();

        /** Ends the connection after what was written. */
        void close();
    }

    private enum State {
        FLAGS,
        HEADER,
        DATA,
        SKIP,
        OPENING,
        CLOSED
    }

    private final NbdConfig config;
    private final NbdExports exports;
    private final NbdOptionReplies replies;
    private final Host host;
    private final ByteBuffer header = ByteBuffer.allocate(OPTION_HEADER_BYTES);

    private State state = State.FLAGS;
    private boolean isTls;
    private boolean sendsZeroes = true;
    private int optionsSeen;
    private int option;
    private long skipBytes;
    private ByteBuffer data = ByteBuffer.allocate(0);
    private NbdModes modes = NbdModes.SIMPLE;
    private @Nullable String contextExport;
    private NbdOptionReplies.Infos wanted = NbdOptionReplies.Infos.NONE;
    private @Nullable Export opening;
    private String openingName = "";

    NbdHandshake(NbdConfig config, NbdExports exports, NbdSink sink, Host host) {
        this.config = config;
        this.exports = exports;
        this.replies = new NbdOptionReplies(sink);
        this.host = host;
        header.limit(Integer.BYTES);
    }

    /** Sends the greeting. */
    void start() {
        replies.greeting();
    }

    /** True while it does not take bytes: it waits for an export, or has ended. */
    boolean isWaiting() {
        return state == State.OPENING || state == State.CLOSED;
    }

    /** True while the export is being opened: the client waits for this side. */
    boolean isOpening() {
        return state == State.OPENING;
    }

    /** Takes some bytes of what there is. */
    void take(ByteBuffer bytes) {
        switch (state) {
            case FLAGS -> {
                if (fill(header, bytes)) {
                    onFlags(header.getInt(0));
                }
            }
            case HEADER -> {
                if (fill(header, bytes)) {
                    onHeader(bytes);
                }
            }
            case DATA -> {
                if (fill(data, bytes)) {
                    onOption(bytes);
                }
            }
            case SKIP -> skip(bytes);
            case OPENING, CLOSED -> throw Check.unreachable("a waiting handshake takes nothing");
        }
    }

    private static boolean fill(ByteBuffer target, ByteBuffer bytes) {
        int count = Math.min(target.remaining(), bytes.remaining());
        target.put(target.position(), bytes, bytes.position(), count);
        target.position(target.position() + count);
        bytes.position(bytes.position() + count);
        return !target.hasRemaining();
    }

    private void onFlags(int flags) {
        if ((flags & ~(NbdLayout.HANDSHAKE_FIXED | NbdLayout.HANDSHAKE_NO_ZEROES)) != 0) {
            close();
            return;
        }
        sendsZeroes = (flags & NbdLayout.HANDSHAKE_NO_ZEROES) == 0;
        expectOption();
    }

    private void expectOption() {
        state = State.HEADER;
        header.clear();
    }

    private void close() {
        state = State.CLOSED;
        host.close();
    }

    private void onHeader(ByteBuffer rest) {
        option = header.getInt(8);
        long lengthBytes = header.getInt(12) & 0xffffffffL;
        optionsSeen++;
        if (header.getLong(0) != NbdLayout.OPTION_MAGIC
                || optionsSeen > config.optionsMax()
                || lengthBytes > NbdLayout.OPTION_SKIP_BYTES_MAX) {
            close();
        } else if (lengthBytes > NbdLayout.OPTION_BYTES_MAX) {
            state = State.SKIP;
            skipBytes = lengthBytes;
        } else {
            state = State.DATA;
            data = ByteBuffer.allocate((int) lengthBytes);
            if (lengthBytes == 0) {
                onOption(rest);
            }
        }
    }

    private void skip(ByteBuffer bytes) {
        int count = (int) Math.min(skipBytes, bytes.remaining());
        bytes.position(bytes.position() + count);
        skipBytes -= count;
        if (skipBytes == 0) {
            if (option == NbdLayout.OPT_EXPORT_NAME) {
                close();
            } else {
                refuse(NbdLayout.REP_ERR_TOO_BIG, "option data is longer than 16384 bytes");
            }
        }
    }

    private void refuse(int type, String message) {
        replies.error(option, type, message);
        expectOption();
    }

    private void onOption(ByteBuffer rest) {
        data.flip();
        if (config.tls() == NbdConfig.Tls.REQUIRED && !isTls && !isAllowedInClear()) {
            if (option == NbdLayout.OPT_EXPORT_NAME) {
                close();
            } else {
                refuse(NbdLayout.REP_ERR_TLS_REQD, "TLS is required");
            }
            return;
        }
        switch (option) {
            case NbdLayout.OPT_EXPORT_NAME -> onExportName();
            case NbdLayout.OPT_ABORT -> onAbort();
            case NbdLayout.OPT_LIST -> onList();
            case NbdLayout.OPT_STARTTLS -> onStartTls(rest);
            case NbdLayout.OPT_INFO, NbdLayout.OPT_GO -> onInfoOrGo();
            case NbdLayout.OPT_STRUCTURED_REPLY -> onStructuredReply();
            case NbdLayout.OPT_EXTENDED_HEADERS -> onExtendedHeaders();
            case NbdLayout.OPT_LIST_META_CONTEXT -> onMetaContext(false);
            case NbdLayout.OPT_SET_META_CONTEXT -> onMetaContext(true);
            default -> refuse(NbdLayout.REP_ERR_UNSUP, "unknown option");
        }
    }

    private boolean isAllowedInClear() {
        return option == NbdLayout.OPT_STARTTLS || option == NbdLayout.OPT_ABORT;
    }

    /** True if the option came without data; refuses it if not. */
    private boolean hasNoData() {
        if (data.hasRemaining()) {
            refuse(NbdLayout.REP_ERR_INVALID, "this option has no data");
            return false;
        }
        return true;
    }

    private void acknowledge() {
        replies.ack(option);
        expectOption();
    }

    private void onAbort() {
        replies.ack(option);
        close();
    }

    private void onList() {
        if (hasNoData()) {
            for (String name : exports.names()) {
                replies.server(option, name);
            }
            acknowledge();
        }
    }

    private void onStartTls(ByteBuffer rest) {
        if (!hasNoData()) {
            return;
        }
        if (isTls) {
            refuse(NbdLayout.REP_ERR_INVALID, "TLS is on already");
        } else if (config.tls() == NbdConfig.Tls.OFF) {
            refuse(NbdLayout.REP_ERR_POLICY, "TLS is not configured");
        } else if (rest.hasRemaining()) {
            // Clear text behind STARTTLS would be taken for the encrypted client's.
            rest.position(rest.limit());
            close();
        } else {
            replies.ack(option);
            isTls = true;
            modes = NbdModes.SIMPLE;
            contextExport = null;
            host.startTls();
            expectOption();
        }
    }

    private void onStructuredReply() {
        if (!hasNoData()) {
            return;
        }
        if (modes.isExtended()) {
            refuse(NbdLayout.REP_ERR_EXT_HEADER_REQD, "extended headers are on already");
        } else if (modes.isStructured()) {
            refuse(NbdLayout.REP_ERR_INVALID, "structured replies are on already");
        } else {
            modes = modes.withStructured();
            acknowledge();
        }
    }

    private void onExtendedHeaders() {
        if (!hasNoData()) {
            return;
        }
        if (modes.isExtended()) {
            refuse(NbdLayout.REP_ERR_INVALID, "extended headers are on already");
        } else {
            modes = modes.withExtended();
            acknowledge();
        }
    }

    private void onMetaContext(boolean isSet) {
        if (isSet) {
            contextExport = null;
            modes = modes.withAllocation(false);
        }
        NbdContextQuery query = modes.isStructured() ? NbdContextQuery.parse(data, isSet) : null;
        if (query == null) {
            refuse(NbdLayout.REP_ERR_INVALID, "not a list of contexts, or no structured replies");
        } else if (exports.find(query.export()) == null) {
            refuse(NbdLayout.REP_ERR_UNKNOWN, "no such export");
        } else {
            if (isSet && query.hasAllocation()) {
                contextExport = query.export();
                modes = modes.withAllocation(true);
            }
            if (query.hasAllocation()) {
                replies.allocationContext(option, isSet);
            }
            acknowledge();
        }
    }

    private void onExportName() {
        String name = NbdNames.decode(data, data.remaining());
        Export export = name == null ? null : exports.find(name);
        if (name == null || export == null) {
            close();
        } else {
            open(export, name);
        }
    }

    private void onInfoOrGo() {
        String name = NbdNames.take(data);
        NbdOptionReplies.Infos infos = name == null ? null : NbdOptionReplies.Infos.parse(data);
        if (name == null || infos == null) {
            refuse(NbdLayout.REP_ERR_INVALID, "not a name and a list of items");
            return;
        }
        Export export = exports.find(name);
        if (export == null) {
            refuse(NbdLayout.REP_ERR_UNKNOWN, "no such export");
            return;
        }
        wanted = infos;
        if (option == NbdLayout.OPT_GO) {
            open(export, name);
        } else {
            int flags = modes.transmissionFlags(export.isReadOnly());
            replies.infos(option, export, export.sizeBytes(), flags, infos);
            acknowledge();
        }
    }

    private void open(Export export, String name) {
        state = State.OPENING;
        openingName = name;
        opening = export;
        host.open(export);
    }

    /** The export's session serves. */
    void onOpened(VolumeSession session) {
        Export export = Check.present(opening, "an export is being opened");
        opening = null;
        if (!openingName.equals(contextExport)) {
            modes = modes.withAllocation(false);
        }
        boolean isReadOnly = export.isReadOnly() || session.isReadOnly();
        int flags = modes.transmissionFlags(isReadOnly);
        if (option == NbdLayout.OPT_EXPORT_NAME) {
            replies.exportName(session.sizeBytes(), flags, sendsZeroes);
        } else {
            replies.infos(option, export, session.sizeBytes(), flags, wanted);
            replies.ack(option);
        }
        host.begin(session, modes);
    }

    /** The export could not be opened. */
    void onRefused(ErrorCode reason) {
        opening = null;
        if (option == NbdLayout.OPT_EXPORT_NAME) {
            close();
        } else {
            refuse(NbdErrors.optionReplyOf(reason), reason.symbol());
        }
    }
}
