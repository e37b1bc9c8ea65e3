package io.xsan.server.net;

import io.netty.handler.ssl.SslContext;

/**
 * The two sides of mutual TLS 1.3 for links: as who dials, and as who accepts. {@code isAuthOnly}:
 * between datanodes TLS authenticates only, and the frames go in clear on a second connection.
 */
public record LinkTls(SslContext client, SslContext server, boolean isAuthOnly) {
    /** With everything encrypted. */
    public LinkTls(SslContext client, SslContext server) {
        this(client, server, false);
    }
}
