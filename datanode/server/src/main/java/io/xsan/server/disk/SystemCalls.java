package io.xsan.server.disk;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;

/**
 * The system calls of devices, by FFM. An instance belongs to one thread: it holds the errno of its
 * last call. Calls of the data path allocate nothing unless they fail.
 */
@SuppressWarnings("restricted") // native calls are what this class is for
final class SystemCalls {
    /** errno of an interrupted call. */
    static final int EINTR = 4;

    /** errno of a device that somebody holds. */
    static final int EBUSY = 16;

    /** errno of a call with an argument that the kernel does not know. */
    static final int EINVAL = 22;

    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;
    private static final Linker LINKER = Linker.nativeLinker();
    private static final StructLayout STATE = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO =
            STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));
    private static final MethodHandle OPEN =
            link("open", FunctionDescriptor.of(INT, ValueLayout.ADDRESS, INT, INT), 2);
    private static final MethodHandle CLOSE = link("close", FunctionDescriptor.of(INT, INT), -1);
    private static final MethodHandle PREAD =
            link("pread", FunctionDescriptor.of(LONG, INT, LONG, LONG, LONG), -1);
    private static final MethodHandle PWRITEV =
            link("pwritev", FunctionDescriptor.of(LONG, INT, LONG, INT, LONG), -1);
    private static final MethodHandle FDATASYNC =
            link("fdatasync", FunctionDescriptor.of(INT, INT), -1);
    private static final MethodHandle FALLOCATE =
            link("fallocate", FunctionDescriptor.of(INT, INT, INT, LONG, LONG), -1);
    private static final MethodHandle IOCTL =
            link("ioctl", FunctionDescriptor.of(INT, INT, LONG, LONG), 2);
    private static final MethodHandle MMAP =
            link("mmap", FunctionDescriptor.of(LONG, LONG, LONG, INT, INT, INT, LONG), -1);
    private static final MethodHandle MUNMAP =
            link("munmap", FunctionDescriptor.of(INT, LONG, LONG), -1);
    private static final MethodHandle SYSCALL =
            link(
                    "syscall",
                    FunctionDescriptor.of(LONG, LONG, LONG, LONG, LONG, LONG, LONG, LONG),
                    1);

    private final MemorySegment state = Arena.ofAuto().allocate(STATE);

    private static MethodHandle link(String name, FunctionDescriptor type, int variadic) {
        Linker.Option errno = Linker.Option.captureCallState("errno");
        MemorySegment symbol = LINKER.defaultLookup().findOrThrow(name);
        return variadic < 0
                ? LINKER.downcallHandle(symbol, type, errno)
                : LINKER.downcallHandle(
                        symbol, type, errno, Linker.Option.firstVariadicArg(variadic));
    }

    /** errno of the last call that failed. */
    int errno() {
        return (int) ERRNO.get(state, 0L);
    }

    /** The descriptor of an opened file, or -1. */
    int open(String path, int flags, int mode) {
        try (Arena arena = Arena.ofConfined()) {
            return (int) OPEN.invokeExact(state, arena.allocateFrom(path), flags, mode);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    int close(int fd) {
        try {
            return (int) CLOSE.invokeExact(state, fd);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** Bytes read, 0 at the end of the file, or -1. */
    long pread(int fd, long address, long lengthBytes, long position) {
        try {
            return (long) PREAD.invokeExact(state, fd, address, lengthBytes, position);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** Bytes written from {@code count} vectors at {@code vectors}, or -1. */
    long pwritev(int fd, long vectors, int count, long position) {
        try {
            return (long) PWRITEV.invokeExact(state, fd, vectors, count, position);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    int fdatasync(int fd) {
        try {
            return (int) FDATASYNC.invokeExact(state, fd);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    int fallocate(int fd, long lengthBytes) {
        try {
            return (int) FALLOCATE.invokeExact(state, fd, 0, 0L, lengthBytes);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    int ioctl(int fd, long request, long argument) {
        try {
            return (int) IOCTL.invokeExact(state, fd, request, argument);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** Address of a shared mapping for reading and writing, or -1. */
    long mmap(long lengthBytes, int fd, long offset) {
        try {
            return (long) MMAP.invokeExact(state, 0L, lengthBytes, 3, 0x8001, fd, offset);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    int munmap(long address, long lengthBytes) {
        try {
            return (int) MUNMAP.invokeExact(state, address, lengthBytes);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** io_uring_setup(2): the descriptor of a ring, or -1. */
    int ringSetup(int entries, MemorySegment parameters) {
        return (int) syscall(425, entries, parameters.address(), 0, 0);
    }

    /** io_uring_enter(2): entries taken, or -1. */
    int ringEnter(int fd, int submit, int complete, int flags) {
        return (int) syscall(426, fd, submit, complete, flags);
    }

    private long syscall(long number, long a, long b, long c, long d) {
        try {
            return (long) SYSCALL.invokeExact(state, number, a, b, c, d, 0L, 0L);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** A failure of the last call as an exception that names it. */
    IOException failure(String what) {
        return new IOException(what + ": errno " + errno());
    }

    private static IllegalStateException unexpected(Throwable e) {
        return new IllegalStateException("native call", e);
    }
}
