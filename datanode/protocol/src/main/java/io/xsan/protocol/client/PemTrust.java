package io.xsan.protocol.client;

import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.function.Predicate;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;

/** Whom a process trusts, for TLS: the authority's holders that are also {@code admitted}. */
final class PemTrust extends X509ExtendedTrustManager {
    private final PemCredentials credentials;
    private final Predicate<X509Certificate> admitted;

    PemTrust(PemCredentials credentials, Predicate<X509Certificate> admitted) {
        this.credentials = credentials;
        this.admitted = admitted;
    }

    private X509ExtendedTrustManager now() {
        return credentials.current().content().trust();
    }

    private void admit(X509Certificate[] chain) throws CertificateException {
        if (!admitted.test(chain[0])) {
            throw new CertificateException(
                    "the certificate's holder may not use this port: "
                            + chain[0].getSubjectX500Principal());
        }
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType)
            throws CertificateException {
        now().checkClientTrusted(chain, authType);
        admit(chain);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        now().checkClientTrusted(chain, authType, socket);
        admit(chain);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        now().checkClientTrusted(chain, authType, engine);
        admit(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType)
            throws CertificateException {
        now().checkServerTrusted(chain, authType);
        admit(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        now().checkServerTrusted(chain, authType, socket);
        admit(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        now().checkServerTrusted(chain, authType, engine);
        admit(chain);
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return now().getAcceptedIssuers();
    }
}
