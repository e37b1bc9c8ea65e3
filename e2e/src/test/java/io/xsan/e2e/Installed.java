package io.xsan.e2e;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Gives tests the one installation of a run, which the first of them makes; says which promise is
 * looked at.
 */
final class Installed implements ParameterResolver, BeforeEachCallback {
    /** An installation, or why there is none: the second test does not try again. */
    private record Attempt(@Nullable Installation made, @Nullable Throwable failure)
            implements AutoCloseable {
        static Attempt make() {
            try {
                return new Attempt(Installation.make(), null);
            } catch (Exception | AssertionError e) {
                return new Attempt(null, e);
            }
        }

        Installation get() {
            if (made == null) {
                throw new AssertionError("XSAN was not installed", failure);
            }
            return made;
        }

        @Override
        public void close() {
            if (made != null) {
                made.cluster().close();
            }
        }
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == Installation.class;
    }

    @Override
    public Installation resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return context.getRoot()
                .getStore(ExtensionContext.Namespace.GLOBAL)
                .computeIfAbsent(Installed.class, _ -> Attempt.make(), Attempt.class)
                .get();
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        System.out.println("   promise: " + context.getRequiredTestMethod().getName());
    }

    /** Prints what was measured. */
    static void report(String what, Duration time) {
        System.out.printf("      %s: %.1f s%n", what, time.toMillis() / 1e3);
    }

    /** Prints how long something took that began at {@code startNanos}. */
    static void report(String what, long startNanos) {
        report(what, Duration.ofNanos(System.nanoTime() - startNanos));
    }
}
