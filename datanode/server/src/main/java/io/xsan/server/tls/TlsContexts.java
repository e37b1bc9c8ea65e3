package io.xsan.server.tls;

import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.xsan.base.ErrorCode;
import io.xsan.base.Refusal;
import io.xsan.server.config.DatanodeConfig;
import io.xsan.server.net.LinkTls;
import javax.net.ssl.SSLException;
import org.apache.ratis.grpc.GrpcTlsConfig;

/** TLS 1.3 with a certificate on both sides, for each kind of port of a datanode. */
public final class TlsContexts {
    private static final String TLS_1_3 = "TLSv1.3";

    private TlsContexts() {}

    /** For links between datanodes and from agents. */
    public static LinkTls links(DatanodeConfig.Tls files) {
        try {
            return new LinkTls(
                    SslContextBuilder.forClient()
                            .sslProvider(SslProvider.JDK)
                            .protocols(TLS_1_3)
                            .keyManager(files.certificate().toFile(), files.key().toFile())
                            .trustManager(files.authority().toFile())
                            .endpointIdentificationAlgorithm(null)
                            .build(),
                    SslContextBuilder.forServer(files.certificate().toFile(), files.key().toFile())
                            .sslProvider(SslProvider.JDK)
                            .protocols(TLS_1_3)
                            .trustManager(files.authority().toFile())
                            .clientAuth(ClientAuth.REQUIRE)
                            .build());
        } catch (SSLException | IllegalArgumentException e) {
            throw new Refusal(
                    ErrorCode.INVALID_PARAM,
                    "tls: the PEM files cannot be used: " + e.getMessage());
        }
    }

    /** For Raft. */
    public static GrpcTlsConfig raft(DatanodeConfig.Tls files) {
        return new GrpcTlsConfig(
                files.key().toFile(),
                files.certificate().toFile(),
                files.authority().toFile(),
                true);
    }
}
