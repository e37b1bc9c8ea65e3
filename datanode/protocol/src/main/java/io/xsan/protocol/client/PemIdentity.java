package io.xsan.protocol.client;

import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/**
 * Who a process is, for TLS. The JDK reads its files: handed to gRPC as files they would be read by
 * Bouncy Castle, whose start takes as long as all else that a command does; and a key store would
 * encrypt the key first. Each alias stands for one state of the files, so that a handshake gets the
 * certificate and the key that belong together.
 */
final class PemIdentity extends X509ExtendedKeyManager {
    private final PemCredentials credentials;

    PemIdentity(PemCredentials credentials) {
        this.credentials = credentials;
    }

    private String alias() {
        return credentials.current().alias();
    }

    private @Nullable String alias(String keyType) {
        PemCredentials.Loaded now = credentials.current();
        return keyType.startsWith(now.content().key().getAlgorithm()) ? now.alias() : null;
    }

    @Override
    public String[] getClientAliases(String keyType, Principal[] issuers) {
        return new String[] {alias()};
    }

    @Override
    public String chooseClientAlias(String[] keyTypes, Principal[] issuers, Socket socket) {
        return alias();
    }

    @Override
    public String chooseEngineClientAlias(
            String[] keyTypes, Principal[] issuers, SSLEngine engine) {
        return alias();
    }

    @Override
    public String[] getServerAliases(String keyType, Principal[] issuers) {
        return new String[] {alias()};
    }

    @Override
    public @Nullable String chooseServerAlias(String keyType, Principal[] issuers, Socket socket) {
        return alias(keyType);
    }

    @Override
    public @Nullable String chooseEngineServerAlias(
            String keyType, Principal[] issuers, SSLEngine engine) {
        return alias(keyType);
    }

    @Override
    public X509Certificate[] getCertificateChain(String alias) {
        return credentials.named(alias).chain().toArray(new X509Certificate[0]);
    }

    @Override
    public PrivateKey getPrivateKey(String alias) {
        return credentials.named(alias).key();
    }
}
