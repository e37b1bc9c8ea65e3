package io.xsan.server.net;

import java.security.cert.Certificate;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;

/**
 * Who a certificate says that its holder is: the URI {@code xsan://cluster/ID/ROLE/NUMBER} among
 * its subject alternative names.
 */
public record PeerIdentity(String cluster, String role, int number) {
    private static final int URI_NAME = 6;
    private static final Pattern FORM =
            Pattern.compile("xsan://cluster/([0-9a-f-]{36})/(node|agent|admin)/([0-9]{1,5})");

    /** The identity that the peer of a finished handshake has proven, if its form is ours. */
    public static Optional<PeerIdentity> of(SSLSession session) {
        try {
            Certificate[] chain = session.getPeerCertificates();
            return chain.length > 0 && chain[0] instanceof X509Certificate leaf
                    ? of(leaf)
                    : Optional.empty();
        } catch (SSLPeerUnverifiedException e) {
            return Optional.empty();
        }
    }

    /** The identity in a certificate. */
    public static Optional<PeerIdentity> of(X509Certificate certificate) {
        try {
            Collection<List<?>> names = certificate.getSubjectAlternativeNames();
            if (names == null) {
                return Optional.empty();
            }
            for (List<?> name : names) {
                if (name.get(0) instanceof Integer type
                        && type == URI_NAME
                        && name.get(1) instanceof String uri) {
                    Matcher matcher = FORM.matcher(uri);
                    if (matcher.matches()) {
                        int number = Integer.parseInt(matcher.group(3));
                        return Optional.of(
                                new PeerIdentity(matcher.group(1), matcher.group(2), number));
                    }
                }
            }
            return Optional.empty();
        } catch (CertificateParsingException e) {
            return Optional.empty();
        }
    }

    /** The URI form. */
    public String uri() {
        return "xsan://cluster/" + cluster + "/" + role + "/" + number;
    }
}
