package io.xsan.frontend.nbd;

import static org.assertj.core.api.Assertions.assertThat;

import io.xsan.base.ErrorCode;
import io.xsan.frontend.FakeVolume;
import io.xsan.frontend.nbd.NbdConfig.Tls;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NbdHandshakeTest {
    private NbdHarness nbd = NbdHarness.plain();

    @AfterEach
    void everyBufferIsBack() {
        nbd.end();
    }

    private void use(Tls tls) {
        nbd.end();
        nbd = NbdHarness.of(tls);
    }

    private void expectExport(ByteBuffer info, long sizeBytes, int flags) {
        assertThat(info.getShort()).isEqualTo((short) NbdLayout.INFO_EXPORT);
        assertThat(info.getLong()).isEqualTo(sizeBytes);
        assertThat(info.getShort() & 0xffff).isEqualTo(flags);
        assertThat(info.hasRemaining()).isFalse();
    }

    @Test
    void unknownClientFlagsEndTheConnection() {
        nbd.send(new NbdBytes().i32(7));
        assertThat(nbd.isClosed).isTrue();
    }

    @Test
    void exportNameGoesStraightToRequests() {
        nbd.greet().option(NbdLayout.OPT_EXPORT_NAME, "vol".getBytes(StandardCharsets.UTF_8));
        assertThat(nbd.replies().getLong()).isEqualTo(1 << 20);
        assertThat(nbd.replies().getShort() & 0xffff).isEqualTo(0xd6d);
        nbd.expectNothing();
        nbd.send(new NbdBytes().request(NbdLayout.CMD_FLUSH, 0, 5, 0, 0));
        assertThat(nbd.replies().getInt()).isEqualTo(NbdLayout.SIMPLE_REPLY_MAGIC);
    }

    @Test
    void exportNamePadsWithZeroesForOldClients() {
        nbd.replies().position(18);
        nbd.send(new NbdBytes().i32(NbdLayout.HANDSHAKE_FIXED));
        nbd.option(NbdLayout.OPT_EXPORT_NAME, "vol".getBytes(StandardCharsets.UTF_8));
        assertThat(nbd.replies().remaining()).isEqualTo(10 + NbdLayout.EXPORT_NAME_ZEROES);
    }

    @Test
    void exportNameOfNothingEndsTheConnection() {
        nbd.greet().option(NbdLayout.OPT_EXPORT_NAME, "other".getBytes(StandardCharsets.UTF_8));
        nbd.expectNothing();
        assertThat(nbd.isClosed).isTrue();
    }

    @Test
    void exportNameThatTheEngineRefusesEndsTheConnection() {
        nbd.openStatus = ErrorCode.NOT_OWNER;
        nbd.greet().option(NbdLayout.OPT_EXPORT_NAME, "vol".getBytes(StandardCharsets.UTF_8));
        assertThat(nbd.isClosed).isTrue();
    }

    @Test
    void goTellsWhatWasAskedFor() {
        nbd.greet().option(NbdLayout.OPT_GO, NbdHarness.goData("vol", 3, 1, 2, 77));
        expectExport(nbd.reply(NbdLayout.OPT_GO, NbdLayout.REP_INFO), 1 << 20, 0xd6d);
        ByteBuffer name = nbd.reply(NbdLayout.OPT_GO, NbdLayout.REP_INFO);
        assertThat(name.getShort()).isEqualTo((short) NbdLayout.INFO_NAME);
        assertThat(NbdHarness.string(name)).isEqualTo("vol");
        ByteBuffer description = nbd.reply(NbdLayout.OPT_GO, NbdLayout.REP_INFO);
        assertThat(description.getShort()).isEqualTo((short) NbdLayout.INFO_DESCRIPTION);
        assertThat(NbdHarness.string(description)).isEqualTo("about vol");
        ByteBuffer sizes = nbd.reply(NbdLayout.OPT_GO, NbdLayout.REP_INFO);
        assertThat(sizes.getShort()).isEqualTo((short) NbdLayout.INFO_BLOCK_SIZE);
        assertThat(sizes.getInt()).isEqualTo(1);
        assertThat(sizes.getInt()).isEqualTo(4096);
        assertThat(sizes.getInt()).isEqualTo(32 << 20);
        nbd.acknowledged(NbdLayout.OPT_GO).expectNothing();
    }

    @Test
    void emptyNameIsTheDefaultExport() {
        nbd.greet().option(NbdLayout.OPT_GO, NbdHarness.goData(""));
        expectExport(nbd.reply(NbdLayout.OPT_GO, NbdLayout.REP_INFO), 1 << 20, 0xd6d);
    }

    @Test
    void readOnlyExportOffersNoChanges() {
        nbd.volume().isReadOnly = true;
        nbd.greet().option(NbdLayout.OPT_GO, NbdHarness.goData("vol"));
        expectExport(nbd.reply(NbdLayout.OPT_GO, NbdLayout.REP_INFO), 1 << 20, 0x50f);
    }

    @Test
    void infoOpensNothing() {
        nbd.greet().option(NbdLayout.OPT_INFO, NbdHarness.goData("vol"));
        expectExport(nbd.reply(NbdLayout.OPT_INFO, NbdLayout.REP_INFO), 1 << 20, 0xd6d);
        nbd.acknowledged(NbdLayout.OPT_INFO).expectNothing();
        assertThat(nbd.listeners).isEmpty();
    }

    @Test
    void structuredRepliesAddTheFlagForWholeReads() {
        nbd.greet().option(NbdLayout.OPT_STRUCTURED_REPLY);
        nbd.acknowledged(NbdLayout.OPT_STRUCTURED_REPLY);
        nbd.option(NbdLayout.OPT_INFO, NbdHarness.goData("vol"));
        expectExport(nbd.reply(NbdLayout.OPT_INFO, NbdLayout.REP_INFO), 1 << 20, 0xded);
    }

    @Test
    void unknownExportIsRefusedAndTheHandshakeGoesOn() {
        nbd.greet().option(NbdLayout.OPT_GO, NbdHarness.goData("other"));
        nbd.refused(NbdLayout.OPT_GO, NbdLayout.REP_ERR_UNKNOWN);
        nbd.option(NbdLayout.OPT_INFO, NbdHarness.goData("other"));
        nbd.refused(NbdLayout.OPT_INFO, NbdLayout.REP_ERR_UNKNOWN);
        nbd.option(NbdLayout.OPT_GO, NbdHarness.goData("vol"));
        nbd.reply(NbdLayout.OPT_GO, NbdLayout.REP_INFO);
    }

    @Test
    void refusalOfTheEngineIsToldAndTheHandshakeGoesOn() {
        nbd.greet();
        for (ErrorCode code : ErrorCode.values()) {
            if (code != ErrorCode.OK) {
                nbd.openStatus = code;
                nbd.option(NbdLayout.OPT_GO, NbdHarness.goData("vol"));
                nbd.refused(NbdLayout.OPT_GO, NbdErrors.optionReplyOf(code));
            }
        }
        nbd.openStatus = ErrorCode.OK;
        nbd.option(NbdLayout.OPT_GO, NbdHarness.goData("vol"));
        nbd.reply(NbdLayout.OPT_GO, NbdLayout.REP_INFO);
    }

    @Test
    void handshakeWaitsForTheExportToOpen() {
        nbd.opensLater = true;
        nbd.greet().option(NbdLayout.OPT_GO, NbdHarness.goData("vol"));
        nbd.send(new NbdBytes().request(NbdLayout.CMD_FLUSH, 0, 5, 0, 0));
        nbd.expectNothing();
        assertThat(nbd.unreadBytes()).isEqualTo(NbdLayout.REQUEST_BYTES);
        nbd.answerOpen();
        nbd.turns();
        nbd.reply(NbdLayout.OPT_GO, NbdLayout.REP_INFO);
        nbd.acknowledged(NbdLayout.OPT_GO);
        assertThat(nbd.replies().getInt()).isEqualTo(NbdLayout.SIMPLE_REPLY_MAGIC);
    }

    @Test
    void sessionThatOpensAfterTheClientHasGoneIsClosed() {
        nbd.opensLater = true;
        nbd.greet().option(NbdLayout.OPT_GO, NbdHarness.goData("vol"));
        nbd.connection.onClosed();
        nbd.answerOpen();
        assertThat(nbd.volume().closes).isOne();
    }

    @Test
    void malformedGoIsInvalid() {
        nbd.greet();
        NbdBytes[] bad = {
            new NbdBytes(),
            new NbdBytes().i16(0),
            new NbdBytes().i32(-1).i16(0),
            new NbdBytes().i32(4).bytes(new byte[3]),
            new NbdBytes().name("vol"),
            new NbdBytes().name("vol").i16(1),
            new NbdBytes().name("vol").i16(0).i16(0),
            new NbdBytes().name("v".repeat(4097)).i16(0),
            new NbdBytes().i32(2).bytes(new byte[] {(byte) 0xc3, 0x28}).i16(0),
            new NbdBytes().name("vo\0l").i16(0),
        };
        for (NbdBytes data : bad) {
            nbd.option(NbdLayout.OPT_GO, data).refused(NbdLayout.OPT_GO, NbdLayout.REP_ERR_INVALID);
            nbd.option(NbdLayout.OPT_INFO, data);
            nbd.refused(NbdLayout.OPT_INFO, NbdLayout.REP_ERR_INVALID);
        }
    }

    @Test
    void listNamesTheExports() {
        nbd.volumes.put("zwei", new FakeVolume(4096));
        nbd.greet().option(NbdLayout.OPT_LIST);
        for (String name : new String[] {"vol", "zwei"}) {
            ByteBuffer server = nbd.reply(NbdLayout.OPT_LIST, NbdLayout.REP_SERVER);
            assertThat(server.getInt()).isEqualTo(name.length());
            assertThat(NbdHarness.string(server)).isEqualTo(name);
        }
        nbd.acknowledged(NbdLayout.OPT_LIST).expectNothing();
    }

    @ParameterizedTest
    @ValueSource(
            ints = {
                NbdLayout.OPT_LIST,
                NbdLayout.OPT_STARTTLS,
                NbdLayout.OPT_STRUCTURED_REPLY,
                NbdLayout.OPT_EXTENDED_HEADERS
            })
    void optionsWithoutDataRefuseData(int option) {
        use(Tls.OFFERED);
        nbd.greet().option(option, new byte[1]).refused(option, NbdLayout.REP_ERR_INVALID);
        assertThat(nbd.tlsUpgrades).isZero();
    }

    @Test
    void abortIsAcknowledgedAndEndsTheConnection() {
        nbd.greet().option(NbdLayout.OPT_ABORT).acknowledged(NbdLayout.OPT_ABORT);
        assertThat(nbd.isClosed).isTrue();
    }

    @Test
    void unknownOptionIsUnsupported() {
        nbd.greet().option(4).refused(4, NbdLayout.REP_ERR_UNSUP);
        nbd.option(4711, new byte[9]).refused(4711, NbdLayout.REP_ERR_UNSUP);
    }

    @Test
    void wrongOptionMagicEndsTheConnection() {
        nbd.greet().send(new NbdBytes().i64(1).i32(3).i32(0));
        nbd.expectNothing();
        assertThat(nbd.isClosed).isTrue();
    }

    @Test
    void longOptionIsSkippedAndRefused() {
        nbd.greet().option(NbdLayout.OPT_GO, new byte[NbdLayout.OPTION_BYTES_MAX + 1]);
        nbd.refused(NbdLayout.OPT_GO, NbdLayout.REP_ERR_TOO_BIG);
        nbd.option(NbdLayout.OPT_LIST);
        nbd.reply(NbdLayout.OPT_LIST, NbdLayout.REP_SERVER);
    }

    @Test
    void longExportNameEndsTheConnection() {
        nbd.greet().option(NbdLayout.OPT_EXPORT_NAME, new byte[NbdLayout.OPTION_BYTES_MAX + 1]);
        assertThat(nbd.isClosed).isTrue();
    }

    @Test
    void hugeOptionEndsTheConnectionAtItsHeader() {
        nbd.greet().send(new NbdBytes().i64(NbdLayout.OPTION_MAGIC).i32(7).i32(-1));
        nbd.expectNothing();
        assertThat(nbd.isClosed).isTrue();
    }

    @Test
    void endlessOptionsEndTheConnection() {
        nbd.greet();
        int most = NbdConfig.of(Tls.OFF).optionsMax();
        for (int i = 0; i < most; i++) {
            nbd.option(4711).refused(4711, NbdLayout.REP_ERR_UNSUP);
        }
        assertThat(nbd.isClosed).isFalse();
        nbd.option(4711).expectNothing();
        assertThat(nbd.isClosed).isTrue();
    }

    @Test
    void slowHandshakeIsBrokenOff() {
        nbd.greet();
        nbd.pass(0);
        nbd.pass(9_999_999_999L);
        assertThat(nbd.isAborted).isFalse();
        nbd.pass(1);
        assertThat(nbd.isAborted).isTrue();
    }

    @Test
    void clientThatWaitsForTheExportToOpenHasNoDeadline() {
        nbd.opensLater = true;
        nbd.greet().option(NbdLayout.OPT_GO, NbdHarness.goData("vol"));
        nbd.pass(20_000_000_000L);
        nbd.pass(20_000_000_000L);
        assertThat(nbd.isAborted).isFalse();
        nbd.answerOpen();
        nbd.turns();
        nbd.reply(NbdLayout.OPT_GO, NbdLayout.REP_INFO);
    }

    @Test
    void connectionInUseHasNoDeadline() {
        nbd.go("simple");
        nbd.pass(20_000_000_000L);
        nbd.pass(20_000_000_000L);
        assertThat(nbd.isAborted).isFalse();
    }
}
