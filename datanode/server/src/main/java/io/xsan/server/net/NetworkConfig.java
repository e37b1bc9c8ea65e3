package io.xsan.server.net;

import io.xsan.base.log.Log;
import org.jspecify.annotations.Nullable;

/** How a network connects: {@code tls} null only in tests on loopback. */
public record NetworkConfig(@Nullable LinkTls tls, int connectionsMax, Log log) {}
