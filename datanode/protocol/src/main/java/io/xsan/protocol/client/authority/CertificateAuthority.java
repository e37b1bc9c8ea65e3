package io.xsan.protocol.client.authority;

import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.sec.ECPrivateKey;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.util.io.pem.PemObject;

/**
 * The certificate authority of one cluster. Certificates name cluster, role and number of their
 * holder in a URI ({@code xsan://cluster/ID/ROLE/NUMBER}); keys are P-256.
 */
public final class CertificateAuthority {
    private static final int KEY_BITS = 256;
    private static final Duration AUTHORITY_LIFE = Duration.ofDays(3650);
    private static final Duration CERTIFICATE_LIFE = Duration.ofDays(365);

    private final String clusterId;
    private final KeyPair keys;
    private final X509Certificate certificate;

    private CertificateAuthority(String clusterId, KeyPair keys, X509Certificate certificate) {
        this.clusterId = clusterId;
        this.keys = keys;
        this.certificate = certificate;
    }

    /** A new authority of the cluster with this id, for ten years. */
    public static CertificateAuthority create(String clusterId) {
        try {
            KeyPair keys = newKeys();
            X500Name name = new X500Name("CN=xsan " + clusterId);
            X509v3CertificateBuilder builder = builder(name, name, keys, AUTHORITY_LIFE);
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(0));
            builder.addExtension(
                    Extension.keyUsage,
                    true,
                    new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
            return new CertificateAuthority(clusterId, keys, sign(builder, keys));
        } catch (GeneralSecurityException | OperatorCreationException | IOException e) {
            throw new IllegalStateException("the authority could not be made", e);
        }
    }

    /**
     * The authority that {@link #pem} gave.
     *
     * @throws IOException if it is none
     */
    public static CertificateAuthority of(String clusterId, PemPair pem) throws IOException {
        try (PEMParser certificates = new PEMParser(new StringReader(pem.certificate()));
                PEMParser parser = new PEMParser(new StringReader(pem.key()))) {
            if (certificates.readObject() instanceof X509CertificateHolder holder
                    && parser.readObject() instanceof PrivateKeyInfo key) {
                X509Certificate certificate =
                        new JcaX509CertificateConverter().getCertificate(holder);
                KeyPair keys =
                        new KeyPair(
                                certificate.getPublicKey(),
                                new JcaPEMKeyConverter().getPrivateKey(key));
                return new CertificateAuthority(clusterId, keys, certificate);
            }
            throw new IOException("the authority is not a certificate and a PKCS#8 key in PEM");
        } catch (GeneralSecurityException e) {
            throw new IOException("the authority cannot be read: " + e.getMessage(), e);
        }
    }

    /** Its certificate and key. */
    public PemPair pem() {
        return pem(keys, certificate);
    }

    /**
     * Issues a certificate, for a year, for {@code role} (node, agent or admin) with a number (the
     * node id, else any from 0 to 65535). {@code hosts} are the IP addresses that a node is reached
     * at.
     */
    public PemPair issue(String role, int number, String... hosts) {
        try {
            KeyPair holder = newKeys();
            X500Name subject = new X500Name("CN=xsan " + role + " " + number);
            X500Name issuer = new X500Name(certificate.getSubjectX500Principal().getName());
            X509v3CertificateBuilder builder = builder(issuer, subject, holder, CERTIFICATE_LIFE);
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
            builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
            builder.addExtension(
                    Extension.extendedKeyUsage,
                    false,
                    new ExtendedKeyUsage(
                            new KeyPurposeId[] {
                                KeyPurposeId.id_kp_serverAuth, KeyPurposeId.id_kp_clientAuth
                            }));
            builder.addExtension(
                    Extension.subjectAlternativeName, false, names(role + "/" + number, hosts));
            return pem(holder, sign(builder, keys));
        } catch (GeneralSecurityException | OperatorCreationException | IOException e) {
            throw new IllegalStateException("the certificate could not be made", e);
        }
    }

    private GeneralNames names(String holder, String... hosts) {
        List<GeneralName> names = new ArrayList<>();
        String uri = "xsan://cluster/" + clusterId + "/" + holder;
        names.add(new GeneralName(GeneralName.uniformResourceIdentifier, uri));
        names.add(new GeneralName(GeneralName.dNSName, "xsan"));
        for (String host : hosts) {
            names.add(new GeneralName(GeneralName.iPAddress, host));
        }
        return new GeneralNames(names.toArray(GeneralName[]::new));
    }

    private static KeyPair newKeys() throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        return generator.generateKeyPair();
    }

    private static X509v3CertificateBuilder builder(
            X500Name issuer, X500Name subject, KeyPair holder, Duration life) {
        Instant now = Instant.now();
        return new JcaX509v3CertificateBuilder(
                issuer,
                new BigInteger(127, new SecureRandom()),
                Date.from(now.minus(Duration.ofHours(1))),
                Date.from(now.plus(life)),
                subject,
                holder.getPublic());
    }

    private static X509Certificate sign(X509v3CertificateBuilder builder, KeyPair by)
            throws GeneralSecurityException, OperatorCreationException, CertIOException {
        return new JcaX509CertificateConverter()
                .getCertificate(
                        builder.build(
                                new JcaContentSignerBuilder("SHA256withECDSA")
                                        .build(by.getPrivate())));
    }

    private static PemPair pem(KeyPair keys, X509Certificate certificate) {
        try {
            return new PemPair(pem(certificate), pem(key(keys)));
        } catch (IOException e) {
            throw new UncheckedIOException("a key could not be encoded", e);
        }
    }

    /** PKCS#8 with the public key in it, without which GnuTLS, and so libnbd, reads no EC key. */
    private static PemObject key(KeyPair keys) throws IOException {
        SubjectPublicKeyInfo known =
                SubjectPublicKeyInfo.getInstance(keys.getPublic().getEncoded());
        BigInteger secret = ((java.security.interfaces.ECPrivateKey) keys.getPrivate()).getS();
        ECPrivateKey whole =
                new ECPrivateKey(
                        KEY_BITS,
                        secret,
                        known.getPublicKeyData(),
                        known.getAlgorithm().getParameters());
        return new PemObject(
                "PRIVATE KEY", new PrivateKeyInfo(known.getAlgorithm(), whole).getEncoded());
    }

    private static String pem(Object object) throws IOException {
        StringWriter text = new StringWriter();
        try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
            writer.writeObject(object);
        }
        return text.toString();
    }
}
