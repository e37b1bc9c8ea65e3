package io.xsan.server.shard;

import io.xsan.base.Check;
import io.xsan.base.seam.Clock;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/** Time of the machine; the monotonic one is CLOCK_BOOTTIME, which runs on in suspend. */
@SuppressWarnings("restricted") // native calls are what this class is for
public final class SystemClock implements Clock {
    private static final int CLOCK_BOOTTIME = 7;
    private static final MethodHandle CLOCK_GETTIME =
            Linker.nativeLinker()
                    .downcallHandle(
                            Linker.nativeLinker()
                                    .defaultLookup()
                                    .find("clock_gettime")
                                    .orElseThrow(),
                            FunctionDescriptor.of(
                                    ValueLayout.JAVA_INT,
                                    ValueLayout.JAVA_INT,
                                    ValueLayout.ADDRESS),
                            Linker.Option.critical(true));

    @Override
    public long nanoTime() {
        return NOW.get().read();
    }

    @Override
    public long wallMillis() {
        return System.currentTimeMillis();
    }

    private static final ThreadLocal<Reader> NOW = ThreadLocal.withInitial(Reader::new);

    /** Memory for the result, one per thread. */
    private static final class Reader {
        private final MemorySegment time = Arena.ofAuto().allocate(16, 8);

        private long read() {
            try {
                int result = (int) CLOCK_GETTIME.invokeExact(CLOCK_BOOTTIME, time);
                Check.that(result == 0, "the clock can be read", result);
            } catch (RuntimeException | Error e) {
                throw e;
            } catch (Throwable e) {
                throw new IllegalStateException(e);
            }
            return time.get(ValueLayout.JAVA_LONG, 0) * 1_000_000_000L
                    + time.get(ValueLayout.JAVA_LONG, 8);
        }
    }
}
