package io.xsan.server.agent;

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
 * The few system calls of the agent that the JDK does not offer, by FFM. Each throws an IOException
 * that names the call, its object and the errno.
 */
@SuppressWarnings("restricted") // native calls are what this class is for
final class Posix {
    private static final int O_RDWR = 2;
    private static final int O_EXCL = 0x80;
    private static final int O_NONBLOCK = 0x800;
    private static final int O_CLOEXEC = 0x80000;
    private static final long MS_NOSUID_NODEV = 6;
    private static final int EBUSY = 16;
    private static final int MNT_FORCE = 1;
    private static final int MNT_DETACH = 2;
    private static final long SYS_SETSID = setsidNumber();
    private static final long SYS_PIDFD_OPEN = 434;
    private static final long SYS_PIDFD_GETFD = 438;

    private static final Linker LINKER = Linker.nativeLinker();
    private static final StructLayout ERRNO_STATE = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO =
            ERRNO_STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));
    private static final MethodHandle OPEN =
            link(
                    "open",
                    FunctionDescriptor.of(
                            ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT),
                    Linker.Option.firstVariadicArg(2));
    private static final MethodHandle CLOSE =
            link("close", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
    private static final MethodHandle MOUNT =
            link(
                    "mount",
                    FunctionDescriptor.of(
                            ValueLayout.JAVA_INT,
                            ValueLayout.ADDRESS,
                            ValueLayout.ADDRESS,
                            ValueLayout.ADDRESS,
                            ValueLayout.JAVA_LONG,
                            ValueLayout.ADDRESS));
    private static final MethodHandle UMOUNT2 =
            link(
                    "umount2",
                    FunctionDescriptor.of(
                            ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT));
    private static final MethodHandle SYSCALL =
            link(
                    "syscall",
                    FunctionDescriptor.of(
                            ValueLayout.JAVA_LONG,
                            ValueLayout.JAVA_LONG,
                            ValueLayout.JAVA_LONG,
                            ValueLayout.JAVA_LONG,
                            ValueLayout.JAVA_LONG),
                    Linker.Option.firstVariadicArg(1));

    private Posix() {}

    /** Opens a device for reading and writing without blocking; not inherited by children. */
    static int openDevice(String path) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(ERRNO_STATE);
            int flags = O_RDWR | O_NONBLOCK | O_CLOEXEC;
            int fd = (int) OPEN.invokeExact(state, arena.allocateFrom(path), flags);
            return (int) checked("open " + path, fd, state);
        } catch (Throwable e) {
            throw rethrown(e);
        }
    }

    /** True if a mount, or another device, has claimed the block device {@code path}. */
    static boolean isClaimed(String path) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(ERRNO_STATE);
            int flags = O_EXCL | O_CLOEXEC;
            int fd = (int) OPEN.invokeExact(state, arena.allocateFrom(path), flags);
            if (fd < 0 && (int) ERRNO.get(state, 0L) == EBUSY) {
                return true;
            }
            close((int) checked("open " + path, fd, state));
            return false;
        } catch (Throwable e) {
            throw rethrown(e);
        }
    }

    /** Closes a descriptor. */
    static void close(int fd) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(ERRNO_STATE);
            checked("close " + fd, (int) CLOSE.invokeExact(state, fd), state);
        } catch (Throwable e) {
            throw rethrown(e);
        }
    }

    /** Mounts an opened /dev/fuse over the regular file {@code target}. */
    static void mountFuse(int fd, String target, int readBytesMax) throws IOException {
        String options =
                "fd=%d,rootmode=100000,user_id=0,group_id=0,allow_other,max_read=%d"
                        .formatted(fd, readBytesMax);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(ERRNO_STATE);
            int result =
                    (int)
                            MOUNT.invokeExact(
                                    state,
                                    arena.allocateFrom("xsan"),
                                    arena.allocateFrom(target),
                                    arena.allocateFrom("fuse.xsan"),
                                    MS_NOSUID_NODEV,
                                    arena.allocateFrom(options));
            checked("mount fuse on " + target, result, state);
        } catch (Throwable e) {
            throw rethrown(e);
        }
    }

    /** Takes a mount away at once; what still uses it keeps it until it ends. */
    static void unmount(String target) throws IOException {
        unmount(target, MNT_DETACH);
    }

    /**
     * As {@link #unmount}, and what still uses it gets errors for all it has asked and will ask.
     */
    static void abortMount(String target) throws IOException {
        unmount(target, MNT_FORCE | MNT_DETACH);
    }

    private static void unmount(String target, int flags) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(ERRNO_STATE);
            int result = (int) UMOUNT2.invokeExact(state, arena.allocateFrom(target), flags);
            checked("unmount " + target, result, state);
        } catch (Throwable e) {
            throw rethrown(e);
        }
    }

    private static long setsidNumber() {
        return System.getProperty("os.arch", "").equals("aarch64") ? 157 : 112;
    }

    /** Leaves the session of the terminal: its signals come here no more. */
    static void leaveSession() throws IOException {
        call("setsid", SYS_SETSID, 0, 0);
    }

    /** A duplicate, in this process, of descriptor {@code fd} of process {@code pid}. */
    static int takeDescriptor(long pid, int fd) throws IOException {
        int pidfd = (int) call("pidfd_open " + pid, SYS_PIDFD_OPEN, pid, 0);
        try {
            return (int) call("pidfd_getfd " + pid + " " + fd, SYS_PIDFD_GETFD, pidfd, fd);
        } finally {
            close(pidfd);
        }
    }

    private static long call(String what, long number, long first, long second) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(ERRNO_STATE);
            long result = (long) SYSCALL.invokeExact(state, number, first, second, 0L);
            return checked(what, result, state);
        } catch (Throwable e) {
            throw rethrown(e);
        }
    }

    private static long checked(String what, long result, MemorySegment state) throws IOException {
        if (result < 0) {
            int errno = (int) ERRNO.get(state, 0L);
            throw new IOException(what + " failed, errno " + errno);
        }
        return result;
    }

    private static MethodHandle link(
            String name, FunctionDescriptor descriptor, Linker.Option... options) {
        Linker.Option[] all = new Linker.Option[options.length + 1];
        System.arraycopy(options, 0, all, 0, options.length);
        all[options.length] = Linker.Option.captureCallState("errno");
        return LINKER.downcallHandle(
                LINKER.defaultLookup().find(name).orElseThrow(), descriptor, all);
    }

    static IOException rethrown(Throwable e) {
        return switch (e) {
            case IOException io -> io;
            case RuntimeException bug -> throw bug;
            case Error bug -> throw bug;
            default -> new IOException(e);
        };
    }
}
