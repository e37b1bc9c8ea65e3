package io.xsan.frontend.fuse;

/**
 * Offsets and numbers of the kernel's FUSE protocol (include/uapi/linux/fuse.h), host byte order,
 * which is little-endian on every platform that XSAN runs on.
 *
 * <pre>
 *   in:  len u32 | opcode u32 | unique u64 | nodeid u64 | uid u32 | gid u32 | pid u32 | ext u16 | 0 u16 | argument
 *   out: len u32 | error s32  | unique u64 | argument
 * </pre>
 */
final class FuseLayout {
    static final int IN_HEADER_BYTES = 40;
    static final int IN_LENGTH = 0;
    static final int IN_OPCODE = 4;
    static final int IN_UNIQUE = 8;

    static final int OUT_HEADER_BYTES = 16;
    static final int OUT_LENGTH = 0;
    static final int OUT_ERROR = 4;
    static final int OUT_UNIQUE = 8;

    /** Argument of WRITE, after which the data start. */
    static final int WRITE_IN_BYTES = 40;

    /** Where the data of a WRITE start in the message. */
    static final int WRITE_DATA = IN_HEADER_BYTES + WRITE_IN_BYTES;

    /** READ and WRITE: offset and size within their arguments, which are alike so far. */
    static final int IO_OFFSET = 8;

    static final int IO_SIZE = 16;
    static final int READ_IN_BYTES = 40;

    static final int INIT_IN_BYTES_MIN = 16;
    static final int INIT_MAJOR = 0;
    static final int INIT_MINOR = 4;
    static final int INIT_MAX_READAHEAD = 8;
    static final int INIT_FLAGS = 12;
    static final int INIT_FLAGS2 = 16;
    static final int INIT_OUT_BYTES = 64;
    static final int INIT_OUT_MAX_BACKGROUND = 16;
    static final int INIT_OUT_CONGESTION = 18;
    static final int INIT_OUT_MAX_WRITE = 20;
    static final int INIT_OUT_TIME_GRANULARITY = 24;
    static final int INIT_OUT_MAX_PAGES = 28;
    static final int INIT_OUT_FLAGS2 = 32;

    static final int MAJOR = 7;
    static final int MINOR_MIN = 31;
    static final int MINOR = 41;

    static final int FLAG_ASYNC_READ = 1;
    static final int FLAG_ASYNC_DIO = 1 << 15;
    static final int FLAG_MAX_PAGES = 1 << 22;
    static final int FLAG_INIT_EXT = 1 << 30;

    /** FUSE_HAS_RESEND, bit 39: pending requests can be asked for again by a new worker. */
    static final int FLAG2_HAS_RESEND = 1 << 7;

    /** FUSE_NOTIFY_RESEND, in the error field of an out message with unique 0. */
    static final int NOTIFY_RESEND = 7;

    static final int ATTR_OUT_BYTES = 16 + 88;
    static final int ATTR_INODE = 16;
    static final int ATTR_SIZE = 24;
    static final int ATTR_BLOCKS = 32;
    static final int ATTR_MODE = 76;
    static final int ATTR_LINKS = 80;
    static final int ATTR_BLOCK_SIZE = 96;

    static final int SETATTR_IN_BYTES = 88;
    static final int SETATTR_VALID = 0;
    static final int SETATTR_VALID_SIZE = 1 << 3;
    static final int SETATTR_SIZE = 16;

    static final int OPEN_OUT_BYTES = 16;
    static final int OPEN_OUT_FLAGS = 8;
    static final int OPEN_DIRECT_IO = 1;

    static final int WRITE_OUT_BYTES = 8;

    static final int FALLOCATE_IN_BYTES = 32;
    static final int FALLOCATE_OFFSET = 8;
    static final int FALLOCATE_LENGTH = 16;
    static final int FALLOCATE_MODE = 24;
    static final int MODE_KEEP_SIZE = 1;
    static final int MODE_PUNCH_HOLE = 2;
    static final int MODE_ZERO_RANGE = 16;

    static final int STATFS_OUT_BYTES = 80;
    static final int STATFS_BLOCK_SIZE = 40;
    static final int STATFS_NAME_LENGTH = 44;
    static final int STATFS_FRAGMENT_SIZE = 48;

    static final int OP_FORGET = 2;
    static final int OP_GETATTR = 3;
    static final int OP_SETATTR = 4;
    static final int OP_OPEN = 14;
    static final int OP_READ = 15;
    static final int OP_WRITE = 16;
    static final int OP_STATFS = 17;
    static final int OP_RELEASE = 18;
    static final int OP_FSYNC = 20;
    static final int OP_FLUSH = 25;
    static final int OP_INIT = 26;
    static final int OP_ACCESS = 34;
    static final int OP_INTERRUPT = 36;
    static final int OP_DESTROY = 38;
    static final int OP_BATCH_FORGET = 42;
    static final int OP_FALLOCATE = 43;

    private FuseLayout() {}
}
