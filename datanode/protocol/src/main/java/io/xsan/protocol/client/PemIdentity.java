package io.xsan.protocol.client;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/**
 * Who a client is, from its PEM files. The JDK reads them: handed to gRPC as files they would be
 * read by Bouncy Castle, whose start takes as long as all else that a command does; and a key store
 * would encrypt the key first.
 */
final class PemIdentity extends X509ExtendedKeyManager {
    private static final String ALIAS = "identity";
    private static final Pattern KEY =
            Pattern.compile("-----BEGIN PRIVATE KEY-----([^-]+)-----END PRIVATE KEY-----");

    private final PrivateKey key;
    private final X509Certificate[] chain;

    private PemIdentity(PrivateKey key, X509Certificate[] chain) {
        this.key = key;
        this.chain = chain;
    }

    /**
     * Reads a certificate (with its chain) and its key, PKCS#8 without a password.
     *
     * @throws IOException if a file cannot be read or is none; names it
     */
    static PemIdentity read(Path certificate, Path key) throws IOException {
        return new PemIdentity(privateKey(key), chain(certificate));
    }

    @Override
    public String[] getClientAliases(String keyType, Principal[] issuers) {
        return new String[] {ALIAS};
    }

    @Override
    public String chooseClientAlias(String[] keyTypes, Principal[] issuers, Socket socket) {
        return ALIAS;
    }

    @Override
    public String chooseEngineClientAlias(
            String[] keyTypes, Principal[] issuers, SSLEngine engine) {
        return ALIAS;
    }

    @Override
    public String[] getServerAliases(String keyType, Principal[] issuers) {
        return new String[0];
    }

    @Override
    public @Nullable String chooseServerAlias(String keyType, Principal[] issuers, Socket socket) {
        return null;
    }

    @Override
    public X509Certificate[] getCertificateChain(String alias) {
        return chain.clone();
    }

    @Override
    public PrivateKey getPrivateKey(String alias) {
        return key;
    }

    private static X509Certificate[] chain(Path file) throws IOException {
        try (InputStream bytes = Files.newInputStream(file)) {
            X509Certificate[] chain =
                    CertificateFactory.getInstance("X.509")
                            .generateCertificates(bytes)
                            .toArray(new X509Certificate[0]);
            if (chain.length == 0) {
                throw new IOException(file + ": has no certificate in PEM");
            }
            return chain;
        } catch (GeneralSecurityException e) {
            throw new IOException(file + ": not a certificate in PEM: " + e.getMessage(), e);
        }
    }

    private static PrivateKey privateKey(Path file) throws IOException {
        Matcher pem = KEY.matcher(Files.readString(file));
        if (!pem.find()) {
            throw new IOException(file + ": not a private key in PEM (PKCS#8, no password)");
        }
        try {
            PKCS8EncodedKeySpec key =
                    new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(pem.group(1)));
            try {
                return KeyFactory.getInstance("EC").generatePrivate(key);
            } catch (InvalidKeySpecException e) {
                return KeyFactory.getInstance("RSA").generatePrivate(key);
            }
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw new IOException(file + ": neither an EC nor an RSA key: " + e.getMessage(), e);
        }
    }
}
