package io.xsan.frontend.nbd;

/**
 * Numbers of the NBD protocol, as in its specification (doc/proto.md of the NBD project). All
 * integers are big-endian.
 *
 * <pre>
 *   option    "IHAVEOPT" 8 | option 4 | length 4 | data
 *   reply     magic 8 | option 4 | type 4 | length 4 | data
 *   request   magic 4 | flags 2 | type 2 | cookie 8 | offset 8 | length 4 (extended: 8)
 *   simple    magic 4 | error 4 | cookie 8 | data of a successful READ
 *   chunk     magic 4 | flags 2 | type 2 | cookie 8 | (extended: offset 8) | length 4 (extended: 8)
 * </pre>
 */
final class NbdLayout {
    static final long GREETING_MAGIC = 0x4e42444d41474943L;
    static final long OPTION_MAGIC = 0x49484156454f5054L;
    static final long OPTION_REPLY_MAGIC = 0x3e889045565a9L;
    static final int REQUEST_MAGIC = 0x25609513;
    static final int EXTENDED_REQUEST_MAGIC = 0x21e41c71;
    static final int SIMPLE_REPLY_MAGIC = 0x67446698;
    static final int CHUNK_MAGIC = 0x668e33ef;
    static final int EXTENDED_CHUNK_MAGIC = 0x6e8a278c;

    static final int OPTION_HEADER_BYTES = 16;
    static final int REQUEST_BYTES = 28;
    static final int EXTENDED_REQUEST_BYTES = 32;

    static final int HANDSHAKE_FIXED = 1;
    static final int HANDSHAKE_NO_ZEROES = 2;
    static final int EXPORT_NAME_ZEROES = 124;

    static final int OPT_EXPORT_NAME = 1;
    static final int OPT_ABORT = 2;
    static final int OPT_LIST = 3;
    static final int OPT_STARTTLS = 5;
    static final int OPT_INFO = 6;
    static final int OPT_GO = 7;
    static final int OPT_STRUCTURED_REPLY = 8;
    static final int OPT_LIST_META_CONTEXT = 9;
    static final int OPT_SET_META_CONTEXT = 10;
    static final int OPT_EXTENDED_HEADERS = 11;

    static final int REP_ACK = 1;
    static final int REP_SERVER = 2;
    static final int REP_INFO = 3;
    static final int REP_META_CONTEXT = 4;
    static final int REP_ERROR = 1 << 31;
    static final int REP_ERR_UNSUP = REP_ERROR | 1;
    static final int REP_ERR_POLICY = REP_ERROR | 2;
    static final int REP_ERR_INVALID = REP_ERROR | 3;
    static final int REP_ERR_TLS_REQD = REP_ERROR | 5;
    static final int REP_ERR_UNKNOWN = REP_ERROR | 6;
    static final int REP_ERR_SHUTDOWN = REP_ERROR | 7;
    static final int REP_ERR_TOO_BIG = REP_ERROR | 9;
    static final int REP_ERR_EXT_HEADER_REQD = REP_ERROR | 10;

    static final int INFO_EXPORT = 0;
    static final int INFO_NAME = 1;
    static final int INFO_DESCRIPTION = 2;
    static final int INFO_BLOCK_SIZE = 3;

    static final int FLAG_HAS_FLAGS = 1;
    static final int FLAG_READ_ONLY = 1 << 1;
    static final int FLAG_SEND_FLUSH = 1 << 2;
    static final int FLAG_SEND_FUA = 1 << 3;
    static final int FLAG_SEND_TRIM = 1 << 5;
    static final int FLAG_SEND_WRITE_ZEROES = 1 << 6;
    static final int FLAG_SEND_DF = 1 << 7;
    static final int FLAG_CAN_MULTI_CONN = 1 << 8;
    static final int FLAG_SEND_CACHE = 1 << 10;
    static final int FLAG_SEND_FAST_ZERO = 1 << 11;

    static final int CMD_READ = 0;
    static final int CMD_WRITE = 1;
    static final int CMD_DISC = 2;
    static final int CMD_FLUSH = 3;
    static final int CMD_TRIM = 4;
    static final int CMD_CACHE = 5;
    static final int CMD_WRITE_ZEROES = 6;
    static final int CMD_BLOCK_STATUS = 7;

    static final int CMD_FLAG_FUA = 1;
    static final int CMD_FLAG_NO_HOLE = 1 << 1;
    static final int CMD_FLAG_DF = 1 << 2;
    static final int CMD_FLAG_REQ_ONE = 1 << 3;
    static final int CMD_FLAG_FAST_ZERO = 1 << 4;
    static final int CMD_FLAG_PAYLOAD_LEN = 1 << 5;

    static final int CHUNK_FLAG_DONE = 1;
    static final int CHUNK_NONE = 0;
    static final int CHUNK_OFFSET_DATA = 1;
    static final int CHUNK_BLOCK_STATUS = 5;
    static final int CHUNK_BLOCK_STATUS_EXT = 6;
    static final int CHUNK_ERROR = 1 << 15 | 1;

    static final String ALLOCATION_CONTEXT = "base:allocation";
    static final int ALLOCATION_CONTEXT_ID = 1;
    static final int STATE_HOLE_AND_ZERO = 3;

    /** Longest export name. */
    static final int NAME_BYTES_MAX = 4096;

    /** Longest data of an option that is looked at; longer ones are skipped and refused. */
    static final int OPTION_BYTES_MAX = 16 << 10;

    /** Longest data of an option that is skipped; longer ones end the connection. */
    static final int OPTION_SKIP_BYTES_MAX = 1 << 20;

    /** Largest READ or WRITE, as told to clients. */
    static final int REQUEST_BYTES_MAX = 32 << 20;

    /** Best size of requests, as told to clients. */
    static final int PREFERRED_BYTES = 4096;

    private NbdLayout() {}
}
