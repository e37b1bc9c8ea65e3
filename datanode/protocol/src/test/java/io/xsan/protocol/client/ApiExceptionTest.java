package io.xsan.protocol.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import io.xsan.base.ErrorCode;
import java.net.ConnectException;
import org.junit.jupiter.api.Test;

class ApiExceptionTest {
    /** gRPC's own description of any failed connection is "io exception". */
    @Test
    void unreachableDatanodeIsNamedWithTheReason() {
        ConnectException refused =
                new ConnectException("error(-111): Connection refused: /10.0.0.1:7481");
        refused.initCause(new IllegalStateException("error(-111): Connection refused"));
        ApiException failure =
                ApiException.of(
                        Status.UNAVAILABLE
                                .withDescription("io exception")
                                .withCause(refused)
                                .asRuntimeException());

        assertThat(failure.code()).isEqualTo(ErrorCode.NODE_UNREACHABLE);
        assertThat(failure)
                .hasMessage("io exception: error(-111): Connection refused: /10.0.0.1:7481");
    }
}
