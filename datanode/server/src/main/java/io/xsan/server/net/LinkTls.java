package io.xsan.server.net;

import io.netty.handler.ssl.SslContext;

/** The two sides of mutual TLS 1.3 for links: as who dials, and as who accepts. */
public record LinkTls(SslContext client, SslContext server) {}
