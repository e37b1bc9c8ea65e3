package io.xsan.server.tls;

import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.xsan.base.ClusterId;
import io.xsan.base.ErrorCode;
import io.xsan.base.Refusal;
import io.xsan.base.log.Log;
import io.xsan.protocol.client.PemCredentials;
import io.xsan.server.config.DatanodeConfig;
import io.xsan.server.net.LinkTls;
import io.xsan.server.net.PeerIdentity;
import java.io.IOException;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLException;
import org.apache.ratis.grpc.GrpcTlsConfig;

/**
 * TLS 1.3 with a certificate on both sides, for each kind of port of a datanode. Handshakes use
 * what is in the PEM files then.
 */
public final class TlsContexts {
    private static final String TLS_1_3 = "TLSv1.3";

    private TlsContexts() {}

    /** Reads the PEM files; later changes of them are told to {@code log}. */
    public static PemCredentials credentials(DatanodeConfig.Tls files, Log log) {
        try {
            return PemCredentials.read(
                    files.authority(),
                    files.certificate(),
                    files.key(),
                    event -> log.warn("certificates", "event", event));
        } catch (IOException e) {
            throw new Refusal(
                    ErrorCode.INVALID_PARAM,
                    "tls: the PEM files cannot be used: " + e.getMessage());
        }
    }

    /** For links between datanodes and from agents; {@code isAuthOnly} as in {@link LinkTls}. */
    public static LinkTls links(PemCredentials credentials, boolean isAuthOnly) {
        try {
            return new LinkTls(
                    SslContextBuilder.forClient()
                            .sslProvider(SslProvider.JDK)
                            .protocols(TLS_1_3)
                            .keyManager(credentials.keyManager())
                            .trustManager(credentials.trustManager())
                            .endpointIdentificationAlgorithm(null)
                            .build(),
                    SslContextBuilder.forServer(credentials.keyManager())
                            .sslProvider(SslProvider.JDK)
                            .protocols(TLS_1_3)
                            .trustManager(credentials.trustManager())
                            .clientAuth(ClientAuth.REQUIRE)
                            .build(),
                    isAuthOnly);
        } catch (SSLException e) {
            throw new Refusal(
                    ErrorCode.INVALID_PARAM, "tls: links cannot use it: " + e.getMessage());
        }
    }

    /** For Raft, which only nodes of {@code cluster} take part in. */
    public static GrpcTlsConfig raft(PemCredentials credentials, ClusterId cluster) {
        return new GrpcTlsConfig(
                credentials.keyManager(),
                credentials.trustManager(certificate -> isNode(certificate, cluster)),
                true);
    }

    private static boolean isNode(X509Certificate certificate, ClusterId cluster) {
        return PeerIdentity.of(certificate)
                .filter(identity -> identity.cluster().equals(cluster.toString()))
                .filter(identity -> identity.role().equals("node"))
                .isPresent();
    }
}
