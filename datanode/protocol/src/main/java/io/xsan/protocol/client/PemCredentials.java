package io.xsan.protocol.client;

import java.io.IOException;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Predicate;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * Who a process is towards the cluster and whom it trusts, from PEM files. A TLS handshake looks
 * whether they have changed, at most once a second, and uses what is in them then; connections that
 * stand are not touched. Files that cannot be used (half of them replaced, say) are told of and
 * change nothing: the last usable ones go on. Any thread.
 */
public final class PemCredentials {
    private static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final PemFiles files;
    private final Consumer<String> events;
    private final AtomicBoolean isLooking = new AtomicBoolean();
    private volatile Loaded loaded;
    private volatile PemFiles.Content previous;
    private volatile long lookNanos = System.nanoTime();

    /** What was loaded from the files in the state that {@code stamp} names. */
    record Loaded(int number, String stamp, PemFiles.Content content) {
        String alias() {
            return "identity-" + number;
        }
    }

    private PemCredentials(PemFiles files, Consumer<String> events) throws IOException {
        this.files = files;
        this.events = events;
        String stamp = files.stamp();
        loaded = new Loaded(1, stamp, files.read());
        previous = loaded.content();
    }

    /**
     * Reads the files of the authority (one certificate or several), of a certificate with its
     * chain and of its key (PKCS#8 without a password). What becomes of later changes is told to
     * {@code events}, on any thread.
     *
     * @throws IOException if a file cannot be read or used; names it
     */
    public static PemCredentials read(
            Path authority, Path certificate, Path key, Consumer<String> events)
            throws IOException {
        return new PemCredentials(new PemFiles(authority, certificate, key), events);
    }

    /** For TLS as client and as server. */
    public X509ExtendedKeyManager keyManager() {
        return new PemIdentity(this);
    }

    /** Trusts every holder of a certificate of the authority. */
    public X509ExtendedTrustManager trustManager() {
        return new PemTrust(this, _ -> true);
    }

    /** Trusts holders of a certificate of the authority that is {@code admitted}. */
    public X509ExtendedTrustManager trustManager(Predicate<X509Certificate> admitted) {
        return new PemTrust(this, admitted);
    }

    Loaded current() {
        if (System.nanoTime() - lookNanos >= LOOK_NANOS && isLooking.compareAndSet(false, true)) {
            try {
                look();
            } finally {
                lookNanos = System.nanoTime();
                isLooking.set(false);
            }
        }
        return loaded;
    }

    private void look() {
        try {
            String stamp = files.stamp();
            if (!stamp.equals(loaded.stamp())) {
                PemFiles.Content content = files.read();
                previous = loaded.content();
                loaded = new Loaded(loaded.number() + 1, stamp, content);
                events.accept(
                        "read again: " + content.chain().getFirst().getSubjectX500Principal());
            }
        } catch (IOException e) {
            events.accept("not read again: " + e.getMessage());
        }
    }

    /** What an alias stands for: a handshake in progress may have the one before. */
    PemFiles.Content named(String alias) {
        Loaded now = loaded;
        return alias.equals(now.alias()) ? now.content() : previous;
    }
}
