package io.xsan.frontend.nbd;

import static org.assertj.core.api.Assertions.assertThat;

import io.xsan.frontend.nbd.NbdConfig.Tls;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** TLS, reply forms and metadata contexts. */
class NbdNegotiationTest {
    private NbdHarness nbd = NbdHarness.plain();

    @AfterEach
    void everyBufferIsBack() {
        nbd.end();
    }

    private void use(Tls tls) {
        nbd.end();
        nbd = NbdHarness.of(tls);
    }

    private NbdHarness startTls() {
        nbd.option(NbdLayout.OPT_STARTTLS).acknowledged(NbdLayout.OPT_STARTTLS);
        assertThat(nbd.tlsUpgrades).isOne();
        return nbd;
    }

    @Test
    void tlsThatIsNotConfiguredIsRefused() {
        nbd.greet().option(NbdLayout.OPT_STARTTLS);
        nbd.refused(NbdLayout.OPT_STARTTLS, NbdLayout.REP_ERR_POLICY);
        assertThat(nbd.tlsUpgrades).isZero();
    }

    @Test
    void startTlsForgetsWhatWasNegotiatedInClear() {
        use(Tls.OFFERED);
        nbd.greet().option(NbdLayout.OPT_STRUCTURED_REPLY);
        nbd.acknowledged(NbdLayout.OPT_STRUCTURED_REPLY);
        nbd.option(NbdLayout.OPT_SET_META_CONTEXT, query("vol", "base:allocation"));
        nbd.reply(NbdLayout.OPT_SET_META_CONTEXT, NbdLayout.REP_META_CONTEXT);
        nbd.acknowledged(NbdLayout.OPT_SET_META_CONTEXT);
        startTls();
        nbd.option(NbdLayout.OPT_GO, NbdHarness.goData("vol"));
        ByteBuffer info = nbd.reply(NbdLayout.OPT_GO, NbdLayout.REP_INFO);
        assertThat(info.getShort(10) & NbdLayout.FLAG_SEND_DF).isZero();
        nbd.acknowledged(NbdLayout.OPT_GO);
        nbd.send(new NbdBytes().request(NbdLayout.CMD_BLOCK_STATUS, 0, 1, 0, 4096));
        assertThat(nbd.replies().getInt()).isEqualTo(NbdLayout.SIMPLE_REPLY_MAGIC);
        assertThat(nbd.replies().getInt()).isEqualTo(NbdErrors.EINVAL);
    }

    @Test
    void secondStartTlsIsInvalid() {
        use(Tls.OFFERED);
        nbd.greet();
        startTls().option(NbdLayout.OPT_STARTTLS);
        nbd.refused(NbdLayout.OPT_STARTTLS, NbdLayout.REP_ERR_INVALID);
    }

    @Test
    void clearTextBehindStartTlsEndsTheConnection() {
        use(Tls.OFFERED);
        nbd.greet();
        nbd.send(
                new NbdBytes()
                        .option(NbdLayout.OPT_STARTTLS, new byte[0])
                        .option(NbdLayout.OPT_LIST, new byte[0]));
        assertThat(nbd.isClosed).isTrue();
        assertThat(nbd.tlsUpgrades).isZero();
        nbd.expectNothing();
    }

    @Test
    void nothingIsAnsweredInClearWhereTlsIsRequired() {
        use(Tls.REQUIRED);
        nbd.greet();
        for (int option : new int[] {3, 4, 6, 7, 8, 9, 10, 11, 99}) {
            nbd.option(option, NbdHarness.goData("vol"));
            nbd.refused(option, NbdLayout.REP_ERR_TLS_REQD);
        }
        startTls().option(NbdLayout.OPT_GO, NbdHarness.goData("vol"));
        nbd.reply(NbdLayout.OPT_GO, NbdLayout.REP_INFO);
    }

    @Test
    void exportNameInClearEndsTheConnectionWhereTlsIsRequired() {
        use(Tls.REQUIRED);
        nbd.greet().option(NbdLayout.OPT_EXPORT_NAME, "vol".getBytes(StandardCharsets.UTF_8));
        nbd.expectNothing();
        assertThat(nbd.isClosed).isTrue();
        assertThat(nbd.listeners).isEmpty();
    }

    @Test
    void abortNeedsNoTls() {
        use(Tls.REQUIRED);
        nbd.greet().option(NbdLayout.OPT_ABORT).acknowledged(NbdLayout.OPT_ABORT);
    }

    @Test
    void replyFormsAreChosenOnce() {
        nbd.greet().option(NbdLayout.OPT_STRUCTURED_REPLY);
        nbd.acknowledged(NbdLayout.OPT_STRUCTURED_REPLY);
        nbd.option(NbdLayout.OPT_STRUCTURED_REPLY);
        nbd.refused(NbdLayout.OPT_STRUCTURED_REPLY, NbdLayout.REP_ERR_INVALID);
        nbd.option(NbdLayout.OPT_EXTENDED_HEADERS).acknowledged(NbdLayout.OPT_EXTENDED_HEADERS);
        nbd.option(NbdLayout.OPT_EXTENDED_HEADERS);
        nbd.refused(NbdLayout.OPT_EXTENDED_HEADERS, NbdLayout.REP_ERR_INVALID);
        nbd.option(NbdLayout.OPT_STRUCTURED_REPLY);
        nbd.refused(NbdLayout.OPT_STRUCTURED_REPLY, NbdLayout.REP_ERR_EXT_HEADER_REQD);
    }

    private static NbdBytes query(String export, String... queries) {
        NbdBytes data = new NbdBytes().name(export).i32(queries.length);
        for (String query : queries) {
            data.name(query);
        }
        return data;
    }

    private NbdHarness structured() {
        nbd.greet().option(NbdLayout.OPT_STRUCTURED_REPLY);
        return nbd.acknowledged(NbdLayout.OPT_STRUCTURED_REPLY);
    }

    private void expectContext(int option, int id) {
        ByteBuffer context = nbd.reply(option, NbdLayout.REP_META_CONTEXT);
        assertThat(context.getInt()).isEqualTo(id);
        assertThat(NbdHarness.string(context)).isEqualTo("base:allocation");
        nbd.acknowledged(option).expectNothing();
    }

    @Test
    void contextsAreListed() {
        structured();
        int list = NbdLayout.OPT_LIST_META_CONTEXT;
        nbd.option(list, query("vol"));
        expectContext(list, 0);
        nbd.option(list, query("vol", "base:"));
        expectContext(list, 0);
        nbd.option(list, query("vol", "qemu:", "base:allocation"));
        expectContext(list, 0);
        nbd.option(list, query("vol", "qemu:dirty")).acknowledged(list).expectNothing();
    }

    @Test
    void contextsNeedStructuredReplies() {
        nbd.greet().option(NbdLayout.OPT_SET_META_CONTEXT, query("vol", "base:allocation"));
        nbd.refused(NbdLayout.OPT_SET_META_CONTEXT, NbdLayout.REP_ERR_INVALID);
        nbd.option(NbdLayout.OPT_LIST_META_CONTEXT, query("vol"));
        nbd.refused(NbdLayout.OPT_LIST_META_CONTEXT, NbdLayout.REP_ERR_INVALID);
    }

    @Test
    void contextsOfNothingAreUnknown() {
        structured().option(NbdLayout.OPT_SET_META_CONTEXT, query("other", "base:allocation"));
        nbd.refused(NbdLayout.OPT_SET_META_CONTEXT, NbdLayout.REP_ERR_UNKNOWN);
    }

    @Test
    void malformedQueriesAreInvalid() {
        structured();
        NbdBytes[] bad = {
            new NbdBytes(),
            new NbdBytes().name("vol"),
            new NbdBytes().name("vol").i32(1),
            new NbdBytes().name("vol").i32(-1),
            new NbdBytes().name("vol").i32(1).i32(99),
            new NbdBytes().name("vol").i32(0).i16(1),
        };
        for (NbdBytes data : bad) {
            nbd.option(NbdLayout.OPT_SET_META_CONTEXT, data);
            nbd.refused(NbdLayout.OPT_SET_META_CONTEXT, NbdLayout.REP_ERR_INVALID);
        }
    }

    private int statusError(String export) {
        nbd.option(NbdLayout.OPT_GO, NbdHarness.goData(export));
        nbd.reply(NbdLayout.OPT_GO, NbdLayout.REP_INFO);
        nbd.acknowledged(NbdLayout.OPT_GO);
        nbd.send(new NbdBytes().request(NbdLayout.CMD_BLOCK_STATUS, 0, 1, 0, 4096));
        ByteBuffer chunk = nbd.replies();
        return chunk.getShort(6) == NbdLayout.CHUNK_BLOCK_STATUS ? 0 : chunk.getInt(20);
    }

    @Test
    void chosenContextHoldsForItsExport() {
        structured().option(NbdLayout.OPT_SET_META_CONTEXT, query("vol", "base:allocation"));
        expectContext(NbdLayout.OPT_SET_META_CONTEXT, NbdLayout.ALLOCATION_CONTEXT_ID);
        assertThat(statusError("vol")).isZero();
    }

    @Test
    void chosenContextDoesNotHoldForAnotherExport() {
        structured().option(NbdLayout.OPT_SET_META_CONTEXT, query("vol", "base:allocation"));
        expectContext(NbdLayout.OPT_SET_META_CONTEXT, NbdLayout.ALLOCATION_CONTEXT_ID);
        assertThat(statusError("")).isEqualTo(NbdErrors.EINVAL);
    }

    @Test
    void namespaceAloneChoosesNothing() {
        structured().option(NbdLayout.OPT_SET_META_CONTEXT, query("vol", "base:"));
        nbd.acknowledged(NbdLayout.OPT_SET_META_CONTEXT).expectNothing();
        assertThat(statusError("vol")).isEqualTo(NbdErrors.EINVAL);
    }

    @Test
    void failedChoiceForgetsTheOneBefore() {
        structured().option(NbdLayout.OPT_SET_META_CONTEXT, query("vol", "base:allocation"));
        expectContext(NbdLayout.OPT_SET_META_CONTEXT, NbdLayout.ALLOCATION_CONTEXT_ID);
        nbd.option(NbdLayout.OPT_SET_META_CONTEXT, new byte[1]);
        nbd.refused(NbdLayout.OPT_SET_META_CONTEXT, NbdLayout.REP_ERR_INVALID);
        assertThat(statusError("vol")).isEqualTo(NbdErrors.EINVAL);
    }
}
