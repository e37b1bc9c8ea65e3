package io.xsan.protocol.client;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * The PEM files of a process: of the cluster's authority (one certificate or several, while one
 * follows another), of its own certificate with its chain, and of its key, PKCS#8 without a
 * password.
 */
record PemFiles(Path authority, Path certificate, Path key) {
    private static final Pattern KEY =
            Pattern.compile("-----BEGIN PRIVATE KEY-----([^-]+)-----END PRIVATE KEY-----");

    /** What was in the files. */
    record Content(PrivateKey key, List<X509Certificate> chain, X509ExtendedTrustManager trust) {
        Content {
            chain = List.copyOf(chain);
        }
    }

    /** Another text for each state of the files, without reading them. */
    String stamp() throws IOException {
        return stamp(authority) + stamp(certificate) + stamp(key);
    }

    private static String stamp(Path file) throws IOException {
        BasicFileAttributes now = Files.readAttributes(file, BasicFileAttributes.class);
        return now.lastModifiedTime().toMillis() + "/" + now.size() + "/" + now.fileKey() + " ";
    }

    /**
     * Reads the files.
     *
     * @throws IOException if one cannot be read or is none, which is named, or if the key is not
     *     that of the certificate
     */
    Content read() throws IOException {
        PrivateKey secret = privateKey(key);
        List<X509Certificate> chain = certificates(certificate);
        if (!isOf(secret, chain.getFirst().getPublicKey())) {
            throw new IOException(key + ": not the key of the certificate in " + certificate);
        }
        return new Content(secret, chain, trust(certificates(authority)));
    }

    private X509ExtendedTrustManager trust(List<X509Certificate> authorities) throws IOException {
        try {
            KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            for (int i = 0; i < authorities.size(); i++) {
                store.setCertificateEntry("authority-" + i, authorities.get(i));
            }
            TrustManagerFactory factory =
                    TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init(store);
            for (TrustManager manager : factory.getTrustManagers()) {
                if (manager instanceof X509ExtendedTrustManager extended) {
                    return extended;
                }
            }
            throw new IOException(authority + ": the JDK has no trust manager for it");
        } catch (GeneralSecurityException e) {
            throw new IOException(authority + ": cannot be trusted: " + e.getMessage(), e);
        }
    }

    /** True if what {@code secret} signs is verified by {@code open}. */
    private static boolean isOf(PrivateKey secret, PublicKey open) {
        try {
            Signature signature =
                    Signature.getInstance(
                            secret.getAlgorithm().equals("EC")
                                    ? "SHA256withECDSA"
                                    : "SHA256withRSA");
            byte[] text = open.getEncoded();
            signature.initSign(secret);
            signature.update(text);
            byte[] signed = signature.sign();
            signature.initVerify(open);
            signature.update(text);
            return signature.verify(signed);
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    private static List<X509Certificate> certificates(Path file) throws IOException {
        try (InputStream bytes = Files.newInputStream(file)) {
            List<X509Certificate> chain = new ArrayList<>();
            for (Certificate each :
                    CertificateFactory.getInstance("X.509").generateCertificates(bytes)) {
                chain.add((X509Certificate) each);
            }
            if (chain.isEmpty()) {
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
