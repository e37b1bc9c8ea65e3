package io.xsan.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.xsan.base.Check;
import io.xsan.base.ClusterId;
import io.xsan.base.ErrorCode;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LinkStateTest {
    private static final ClusterId CLUSTER = new ClusterId(11, 12);
    private static final LinkLimits LIMITS = new LinkLimits(2, 100, 10, 50);

    private final LinkState dialing = LinkState.dialing(self(1), LIMITS, 2);
    private final LinkState accepting = LinkState.accepting(self(2), LIMITS, 1);

    private static LinkState.Self self(int node) {
        return new LinkState.Self(CLUSTER, node, 1000 + node);
    }

    private static FrameHeader copy(FrameHeader header) {
        return new FrameHeader().copyOf(header);
    }

    private static void greet(LinkState from, LinkState to) {
        FrameHeader hello = copy(from.hello());
        assertThat(to.onHeader(hello)).isEqualTo(FrameFault.NONE);
        FrameHeader welcome = copy(Check.present(to.onFrame(hello), "a welcome"));
        assertThat(from.onHeader(welcome)).isEqualTo(FrameFault.NONE);
        assertThat(from.onFrame(welcome)).isNull();
    }

    private static FrameHeader sent(LinkState by, FrameKind kind) {
        FrameHeader header = new FrameHeader();
        header.kind = kind;
        by.onSend(header);
        return header;
    }

    @Test
    void greetingTellsBothSidesWhoTheOtherIs() {
        greet(dialing, accepting);
        assertThat(dialing.isUp() && accepting.isUp()).isTrue();
        assertThat(accepting.peerNode()).isEqualTo(1);
        assertThat(accepting.peerIncarnation()).isEqualTo(1001);
        assertThat(dialing.peerIncarnation()).isEqualTo(1002);
        assertThat(accepting.isPeerAgent()).isFalse();
    }

    @ParameterizedTest
    @EnumSource(FrameKind.class)
    void nothingButHelloIsAcceptedFirst(FrameKind kind) {
        FrameHeader frame = copy(dialing.hello());
        frame.kind = kind;
        FrameFault expected =
                kind == FrameKind.LINK_HELLO ? FrameFault.NONE : FrameFault.WRONG_STATE;
        assertThat(accepting.onHeader(frame)).isEqualTo(expected);
    }

    @ParameterizedTest
    @EnumSource(FrameKind.class)
    void nothingButWelcomeIsAcceptedAfterHello(FrameKind kind) {
        FrameHeader hello = copy(dialing.hello());
        accepting.onHeader(hello);
        FrameHeader frame = copy(Check.present(accepting.onFrame(hello), "a welcome"));
        frame.kind = kind;
        FrameFault expected =
                kind == FrameKind.LINK_WELCOME ? FrameFault.NONE : FrameFault.WRONG_STATE;
        assertThat(dialing.onHeader(frame)).isEqualTo(expected);
    }

    @Test
    void secondHelloIsRefused() {
        FrameHeader hello = copy(dialing.hello());
        accepting.onHeader(hello);
        accepting.onFrame(hello);
        assertThat(accepting.onHeader(hello)).isEqualTo(FrameFault.WRONG_STATE);
        assertThat(accepting.isEnded()).isTrue();
    }

    @Test
    void helloOfAnotherClusterIsRefused() {
        refusesHello(hello -> hello.clusterLow++, FrameFault.WRONG_CLUSTER);
    }

    @Test
    void helloToAnotherNodeIsRefused() {
        refusesHello(hello -> hello.targetNode = 3, FrameFault.WRONG_IDENTITY);
    }

    @Test
    void helloOfANodeThatTheCertificateDoesNotNameIsRefused() {
        refusesHello(hello -> hello.sourceNode = 3, FrameFault.WRONG_IDENTITY);
    }

    @Test
    void helloOfAnUnknownProtocolVersionIsRefused() {
        refusesHello(hello -> hello.aux = 3 << 16 | 2, FrameFault.WRONG_VERSION);
        refusesHello(hello -> hello.aux = 0, FrameFault.WRONG_VERSION);
    }

    @Test
    void newerPeerThatStillSpeaksOurVersionIsWelcome() {
        refusesHello(hello -> hello.aux = 9 << 16 | 1, FrameFault.NONE);
    }

    @Test
    void helloWithoutCreditsIsRefused() {
        refusesHello(hello -> hello.credits = 0, FrameFault.BAD_LENGTH);
        refusesHello(hello -> hello.credits = Integer.MAX_VALUE, FrameFault.BAD_LENGTH);
    }

    private static void refusesHello(Consumer<FrameHeader> change, FrameFault expected) {
        FrameHeader hello = copy(LinkState.dialing(self(1), LIMITS, 2).hello());
        change.accept(hello);
        LinkState accepting = LinkState.accepting(self(2), LIMITS, 1);
        assertThat(accepting.onHeader(hello)).isEqualTo(expected);
    }

    @Test
    void framesOfAnotherIdentityEndAStandingLink() {
        refusesFrame(frame -> frame.clusterHigh++, FrameFault.WRONG_CLUSTER);
        refusesFrame(frame -> frame.sourceNode = 3, FrameFault.WRONG_IDENTITY);
        refusesFrame(frame -> frame.sourceNode = 0, FrameFault.WRONG_IDENTITY);
        refusesFrame(frame -> frame.targetNode = 3, FrameFault.WRONG_IDENTITY);
    }

    private static void refusesFrame(Consumer<FrameHeader> change, FrameFault expected) {
        LinkState from = LinkState.dialing(self(1), LIMITS, 2);
        LinkState to = LinkState.accepting(self(2), LIMITS, LinkState.ANY_NODE);
        greet(from, to);
        FrameHeader frame = sent(from, FrameKind.OPEN);
        change.accept(frame);
        assertThat(to.onHeader(frame)).isEqualTo(expected);
        assertThat(to.isEnded()).isTrue();
    }

    @ParameterizedTest
    @EnumSource(FrameKind.class)
    void datanodesExchangeComponentFramesOnly(FrameKind kind) {
        greet(dialing, accepting);
        FrameHeader frame = sent(dialing, FrameKind.OPEN);
        frame.kind = kind;
        boolean isAllowed = kind.number() >= 4 && kind.number() < 64;
        assertThat(accepting.onHeader(frame) == FrameFault.NONE).isEqualTo(isAllowed);
    }

    @ParameterizedTest
    @EnumSource(FrameKind.class)
    void agentsAskForVolumesOnly(FrameKind kind) {
        LinkState agent = LinkState.dialing(self(0), LIMITS, 2);
        LinkState owner = LinkState.accepting(self(2), LIMITS, 0);
        greet(agent, owner);
        assertThat(owner.isPeerAgent()).isTrue();
        FrameHeader frame = sent(agent, FrameKind.VOLUME_READ);
        frame.kind = kind;
        boolean isLink = kind.number() == 4 || kind.number() == 6 || kind.number() == 7;
        boolean isAllowed = isLink || (kind.number() >= 64 && LinkState.needsCredit(kind));
        assertThat(owner.onHeader(frame) == FrameFault.NONE).isEqualTo(isAllowed);
    }

    @ParameterizedTest
    @EnumSource(FrameKind.class)
    void agentsAcceptAnswersAndNoticesOfVolumesOnly(FrameKind kind) {
        LinkState agent = LinkState.dialing(self(0), LIMITS, 2);
        LinkState owner = LinkState.accepting(self(2), LIMITS, 0);
        greet(agent, owner);
        FrameHeader frame = sent(owner, FrameKind.VOLUME_RESIZED);
        frame.kind = kind;
        boolean isLink = kind.number() == 4 || kind.number() == 6 || kind.number() == 7;
        boolean isAllowed = isLink || (kind.number() >= 64 && !LinkState.needsCredit(kind));
        assertThat(agent.onHeader(frame) == FrameFault.NONE).isEqualTo(isAllowed);
    }

    @Test
    void requestsStopWhenCreditsAreUsedUpAndGoOnWithAnAnswer() {
        greet(dialing, accepting);
        FrameHeader first = sent(dialing, FrameKind.WRITE);
        FrameHeader second = sent(dialing, FrameKind.WRITE);
        assertThat(dialing.canSend(FrameKind.WRITE)).isFalse();
        assertThat(dialing.canSend(FrameKind.WRITTEN)).isTrue();
        assertThat(accepting.onHeader(first)).isEqualTo(FrameFault.NONE);
        assertThat(accepting.onHeader(second)).isEqualTo(FrameFault.NONE);

        FrameHeader answer = first.toAnswer(ErrorCode.OK);
        accepting.onSend(answer);
        assertThat(dialing.onHeader(answer)).isEqualTo(FrameFault.NONE);
        assertThat(dialing.availableCredits()).isOne();
        assertThat(accepting.unansweredRequests()).isOne();
    }

    @Test
    void requestsAboveTheCreditsEndTheLink() {
        greet(dialing, accepting);
        FrameHeader write = sent(dialing, FrameKind.WRITE);
        assertThat(accepting.onHeader(write)).isEqualTo(FrameFault.NONE);
        assertThat(accepting.onHeader(write)).isEqualTo(FrameFault.NONE);
        assertThat(accepting.onHeader(write)).isEqualTo(FrameFault.NO_CREDIT);
    }

    @Test
    void answerToARequestOfAnEarlierConnectionGivesNoExtraCredit() {
        greet(dialing, accepting);
        FrameHeader stale = sent(accepting, FrameKind.WRITTEN);
        assertThat(stale.credits).isZero();
    }

    @Test
    void creditsDoNotOverflow() {
        greet(dialing, accepting);
        FrameHeader credit = sent(accepting, FrameKind.LINK_CREDIT);
        credit.credits = LinkLimits.CREDITS_MAX;
        assertThat(dialing.onHeader(credit)).isEqualTo(FrameFault.BAD_LENGTH);
    }

    @Test
    void silentPeerIsAskedAndThenGivenUp() {
        greet(dialing, accepting);
        assertThat(dialing.onTick(0)).isNull();
        assertThat(dialing.onTick(9)).isNull();
        FrameHeader ping = copy(Check.present(dialing.onTick(10), "a ping"));
        assertThat(accepting.onHeader(ping)).isEqualTo(FrameFault.NONE);
        FrameHeader pong = copy(Check.present(accepting.onFrame(ping), "a pong"));
        assertThat(dialing.onHeader(pong)).isEqualTo(FrameFault.NONE);
        assertThat(dialing.onTick(15)).isNull();
        assertThat(dialing.onTick(25)).isNotNull();
        assertThat(dialing.onTick(26)).isNull();
        dialing.onTick(65);
        assertThat(dialing.isEnded()).isTrue();
    }

    @Test
    void partsOfFramesCountAsLife() {
        greet(dialing, accepting);
        dialing.onTick(0);
        dialing.onBytes();
        dialing.onTick(49);
        dialing.onTick(60);
        assertThat(dialing.isUp()).isTrue();
    }

    @Test
    void connectionThatDoesNotGreetInTimeEnds() {
        assertThat(accepting.onTick(0)).isNull();
        accepting.onTick(99);
        assertThat(accepting.isEnded()).isFalse();
        accepting.onTick(100);
        assertThat(accepting.isEnded()).isTrue();
        assertThat(accepting.onHeader(copy(dialing.hello()))).isEqualTo(FrameFault.WRONG_STATE);
    }
}
