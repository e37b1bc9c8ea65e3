package io.xsan.server.node;

import io.xsan.protocol.client.PemCredentials;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.Optional;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;

/** A client of TLS 1.3 ports that tells what became of it. */
final class TlsProbe {
    private static final int WAIT_MILLIS = 20_000;

    /** How a connection went. */
    enum Outcome {
        /** The peer ended it without a byte of what the port serves. */
        REFUSED,
        /** The peer has accepted the handshake, and waits or serves. */
        SERVED
    }

    private final Path authority;
    private final Optional<Path> identity;

    /**
     * A client that trusts {@code authority}, with the certificate {@code identity} (without {@code
     * .crt}) or with none.
     */
    TlsProbe(Path authority, Optional<Path> identity) {
        this.authority = authority;
        this.identity = identity;
    }

    private SSLSocket connect(InetSocketAddress to) throws IOException {
        try {
            Path own = identity.orElse(authority.resolveSibling("admin"));
            PemCredentials pem =
                    PemCredentials.read(
                            authority,
                            own.resolveSibling(own.getFileName() + ".crt"),
                            own.resolveSibling(own.getFileName() + ".key"),
                            _ -> {});
            SSLContext context = SSLContext.getInstance("TLSv1.3");
            context.init(
                    identity.isEmpty() ? null : new KeyManager[] {pem.keyManager()},
                    new TrustManager[] {pem.trustManager()},
                    null);
            Socket plain = new Socket();
            plain.connect(to, WAIT_MILLIS);
            plain.setSoTimeout(WAIT_MILLIS);
            SSLSocket socket =
                    (SSLSocket)
                            context.getSocketFactory()
                                    .createSocket(plain, to.getHostString(), to.getPort(), true);
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setApplicationProtocols(new String[] {"h2"});
            socket.setSSLParameters(parameters);
            return socket;
        } catch (GeneralSecurityException e) {
            throw new IOException(e);
        }
    }

    /**
     * Connects and says the beginning of HTTP/2. With TLS 1.3 a client believes that the handshake
     * is over before the server has seen its certificate: only what comes back tells.
     */
    Outcome probe(InetSocketAddress to) throws IOException {
        try (SSLSocket socket = connect(to)) {
            socket.startHandshake();
            socket.getOutputStream().write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes("US-ASCII"));
            socket.getOutputStream().write(new byte[] {0, 0, 0, 4, 0, 0, 0, 0, 0});
            socket.getOutputStream().flush();
            return socket.getInputStream().read() < 0 ? Outcome.REFUSED : Outcome.SERVED;
        } catch (SocketTimeoutException e) {
            throw new IOException("neither refused nor served", e);
        } catch (IOException e) {
            return Outcome.REFUSED;
        }
    }

    /** The certificate that the port at {@code to} shows. */
    X509Certificate certificate(InetSocketAddress to) throws IOException {
        try (SSLSocket socket = connect(to)) {
            socket.startHandshake();
            return (X509Certificate) socket.getSession().getPeerCertificates()[0];
        }
    }

    /** What a port answers to {@code bytes} in clear until it ends the connection. */
    static byte[] inClear(InetSocketAddress to, byte[] bytes) throws IOException {
        try (Socket socket = new Socket()) {
            socket.connect(to, WAIT_MILLIS);
            socket.setSoTimeout(WAIT_MILLIS);
            socket.getOutputStream().write(bytes);
            InputStream in = socket.getInputStream();
            try {
                return in.readAllBytes();
            } catch (SocketTimeoutException e) {
                throw e;
            } catch (IOException e) {
                return new byte[0];
            }
        }
    }
}
