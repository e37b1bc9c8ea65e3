package io.xsan.operator.identity;

import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.xsan.protocol.client.authority.CertificateAuthority;
import io.xsan.protocol.client.authority.PemPair;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The cluster's authority, in a Secret that nothing owns, and the Secrets of its holders. A
 * holder's certificate is for a year and renewed when a third of that is left, or its addresses
 * have changed; pods read it again without a restart.
 */
public final class Certificates {
    /** Name of the authority's Secret. */
    public static final String AUTHORITY = "xsan-authority";

    private static final Duration RENEWED_BEFORE_END = Duration.ofDays(120);
    private static final int HEARTBEAT_KEY_BYTES = 32;
    private static final int IP_ADDRESS = 7;

    private final KubernetesClient client;
    private final String namespace;
    private final InstantSource clock;
    private final String authorityCertificate;
    private final String heartbeatKey;
    private final CertificateAuthority authority;
    private final List<Instant> ends = new ArrayList<>();

    private Certificates(
            KubernetesClient client,
            String namespace,
            InstantSource clock,
            Secret secret,
            String id)
            throws IOException {
        this.client = client;
        this.namespace = namespace;
        this.clock = clock;
        authorityCertificate = text(secret, "ca.crt");
        heartbeatKey = text(secret, "heartbeat.key");
        authority =
                CertificateAuthority.of(
                        id, new PemPair(authorityCertificate, text(secret, "ca.key")));
        ends.add(parsed(authorityCertificate).getNotAfter().toInstant());
    }

    /**
     * The authority of a cluster, made if there is none.
     *
     * @throws IllegalStateException if its Secret is damaged
     */
    public static Certificates of(
            KubernetesClient client, String namespace, InstantSource clock, String clusterId) {
        Secret secret = client.secrets().inNamespace(namespace).withName(AUTHORITY).get();
        if (secret == null) {
            PemPair made = CertificateAuthority.create(clusterId).pem();
            byte[] key = new byte[HEARTBEAT_KEY_BYTES];
            new SecureRandom().nextBytes(key);
            Map<String, String> files = new LinkedHashMap<>();
            files.put("ca.crt", made.certificate());
            files.put("ca.key", made.key());
            files.put("heartbeat.key", HexFormat.of().formatHex(key) + "\n");
            secret = secret(namespace, AUTHORITY, files);
            client.resource(secret).create();
        }
        try {
            return new Certificates(client, namespace, clock, secret, clusterId);
        } catch (IOException e) {
            throw new IllegalStateException(
                    "Secret " + namespace + "/" + AUTHORITY + ": " + e.getMessage(), e);
        }
    }

    private static Secret secret(String namespace, String name, Map<String, String> files) {
        Map<String, String> encoded = new LinkedHashMap<>();
        files.forEach((file, text) ->
                encoded.put(
                        file,
                        Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8))));
        return new SecretBuilder()
                .withNewMetadata()
                .withName(name)
                .withNamespace(namespace)
                .addToLabels("app.kubernetes.io/part-of", "xsan")
                .endMetadata()
                .withData(encoded)
                .build();
    }

    private static String text(Secret secret, String file) {
        String data = secret.getData() == null ? null : secret.getData().get(file);
        return data == null
                ? ""
                : new String(Base64.getDecoder().decode(data), StandardCharsets.UTF_8);
    }

    /** The certificate of the authority, in PEM. */
    public String authorityCertificate() {
        return authorityCertificate;
    }

    /** A certificate of the role {@code admin} that is kept nowhere. */
    public PemPair forThisProcess() {
        return authority.issue("admin", 0);
    }

    /** The Secret of a datanode. */
    public Secret ofDatanode(StorageNode node) {
        String name = "xsan-datanode-" + node.number();
        Map<String, String> files = holder(name, "node", node.number(), node.address());
        files.put("heartbeat.key", heartbeatKey);
        return secret(namespace, name, files);
    }

    /** The Secret of all agents. */
    public Secret ofAgents() {
        return secret(namespace, "xsan-agent", holder("xsan-agent", "agent", 0));
    }

    /** The Secret of an administrator, with more files. */
    public Secret ofAdministrator(String name, Map<String, String> more) {
        Map<String, String> files = holder(name, "admin", 0);
        files.putAll(more);
        return secret(namespace, name, files);
    }

    /** When the first of all certificates that were asked for ends. */
    public Instant firstEnd() {
        return ends.stream().min(Instant::compareTo).orElseThrow();
    }

    /** When the authority ends, and all that it issued with it. */
    public Instant authorityEnd() {
        return ends.getFirst();
    }

    private Map<String, String> holder(
            String secretName, String role, int number, String... hosts) {
        Secret present = client.secrets().inNamespace(namespace).withName(secretName).get();
        PemPair pair =
                present == null
                        ? null
                        : new PemPair(text(present, role + ".crt"), text(present, role + ".key"));
        if (pair == null || !isGood(pair.certificate(), hosts)) {
            pair = authority.issue(role, number, hosts);
        }
        ends.add(endOf(pair));
        Map<String, String> files = new LinkedHashMap<>();
        files.put("ca.crt", authorityCertificate);
        files.put(role + ".crt", pair.certificate());
        files.put(role + ".key", pair.key());
        return files;
    }

    private boolean isGood(String pem, String... hosts) {
        try {
            X509Certificate certificate = parsed(pem);
            certificate.verify(parsed(authorityCertificate).getPublicKey());
            return certificate
                            .getNotAfter()
                            .toInstant()
                            .isAfter(clock.instant().plus(RENEWED_BEFORE_END))
                    && addresses(certificate).equals(normal(hosts));
        } catch (IOException | GeneralSecurityException _) {
            // Whatever it is, it is replaced.
            return false;
        }
    }

    private static TreeSet<String> addresses(X509Certificate certificate)
            throws GeneralSecurityException {
        TreeSet<String> addresses = new TreeSet<>();
        for (List<?> name : certificate.getSubjectAlternativeNames()) {
            if (name.getFirst().equals(IP_ADDRESS)) {
                addresses.add(name.get(1).toString());
            }
        }
        return addresses;
    }

    /** As certificates write them; IP addresses, so no name is looked up. */
    private static TreeSet<String> normal(String... hosts) throws IOException {
        TreeSet<String> normal = new TreeSet<>();
        for (String host : hosts) {
            normal.add(InetAddress.getByName(host).getHostAddress());
        }
        return normal;
    }

    private static Instant endOf(PemPair pair) {
        try {
            return parsed(pair.certificate()).getNotAfter().toInstant();
        } catch (IOException e) {
            throw new IllegalStateException("a certificate that was just made cannot be read", e);
        }
    }

    private static X509Certificate parsed(@Nullable String pem) throws IOException {
        try {
            String text = pem == null ? "" : pem;
            if (CertificateFactory.getInstance("X.509")
                            .generateCertificate(
                                    new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)))
                    instanceof X509Certificate certificate) {
                return certificate;
            }
            throw new IOException("not an X.509 certificate");
        } catch (GeneralSecurityException e) {
            throw new IOException("not a certificate: " + e.getMessage(), e);
        }
    }
}
