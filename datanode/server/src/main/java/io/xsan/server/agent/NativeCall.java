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

/** A function of the C library that answers a number, negative for an error. Not for hot paths. */
@SuppressWarnings("restricted") // native calls are what this class is for
final class NativeCall {
    /** errno: what was asked for is not there yet. */
    static final int EAGAIN = 11;

    private static final StructLayout STATE = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO =
            STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));

    private final String name;
    private final MethodHandle handle;

    /** The function {@code name} with values of these layouts. */
    NativeCall(String name, ValueLayout result, ValueLayout... arguments) {
        this.name = name;
        Linker linker = Linker.nativeLinker();
        handle =
                linker.downcallHandle(
                        linker.defaultLookup().find(name).orElseThrow(),
                        FunctionDescriptor.of(result, arguments),
                        Linker.Option.captureCallState("errno"));
    }

    /** Calls it; an error is an IOException that names the call and the errno. */
    long invoke(Object... arguments) throws IOException {
        long result = invokeOrWait(arguments);
        if (result < 0) {
            throw new IOException(name + " failed, errno " + EAGAIN);
        }
        return result;
    }

    /** Calls it; -1 where that would have to wait. */
    long invokeOrWait(Object... arguments) throws IOException {
        Object[] all = new Object[arguments.length + 1];
        System.arraycopy(arguments, 0, all, 1, arguments.length);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(STATE);
            all[0] = state;
            long result = ((Number) handle.invokeWithArguments(all)).longValue();
            int errno = (int) ERRNO.get(state, 0L);
            if (result < 0 && errno != EAGAIN) {
                throw new IOException(name + " failed, errno " + errno);
            }
            return result;
        } catch (Throwable e) {
            throw Posix.rethrown(e);
        }
    }
}
