package io.xsan.base;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class ErrorCodeTest {
    @Test
    void numbersOfTheSpecificationStay() {
        assertThat(ErrorCode.NOMEM.number()).isEqualTo(1);
        assertThat(ErrorCode.INVALID_PARAM.number()).isEqualTo(2);
        assertThat(ErrorCode.NOT_FOUND.number()).isEqualTo(3);
        assertThat(ErrorCode.NODE_UNREACHABLE.number()).isEqualTo(100);
        assertThat(ErrorCode.CLUSTER_NOT_READY.number()).isEqualTo(101);
        assertThat(ErrorCode.CONSENSUS_FAILED.number()).isEqualTo(102);
        assertThat(ErrorCode.VOLUME_NOT_FOUND.number()).isEqualTo(200);
        assertThat(ErrorCode.BLOCK_CORRUPTED.number()).isEqualTo(201);
        assertThat(ErrorCode.INSUFFICIENT_SPACE.number()).isEqualTo(202);
        assertThat(ErrorCode.READ_FAILED.number()).isEqualTo(300);
        assertThat(ErrorCode.WRITE_FAILED.number()).isEqualTo(301);
        assertThat(ErrorCode.NETWORK_TIMEOUT.number()).isEqualTo(302);
    }

    @Test
    void everyCodeComesBackFromItsNumber() {
        assertThat(Arrays.stream(ErrorCode.values()).allMatch(c -> ErrorCode.of(c.number()) == c))
                .isTrue();
        assertThat(ErrorCode.of(399)).isEqualTo(ErrorCode.INVALID_PARAM);
        assertThat(ErrorCode.of(-1)).isEqualTo(ErrorCode.INVALID_PARAM);
        assertThat(ErrorCode.NOMEM.symbol()).isEqualTo("XSAN_ERROR_NOMEM");
    }
}
