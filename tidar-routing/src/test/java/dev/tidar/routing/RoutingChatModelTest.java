package dev.tidar.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.tidar.api.InvalidRequestException;
import dev.tidar.spring.PrefixCacheSaltResolver;
import dev.tidar.spring.TidarChatOptions;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.ai.chat.model.ChatResponse;
import org.springframework.ai.chat.prompt.ChatOptions;
import org.springframework.ai.chat.prompt.Prompt;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;

@DisplayName("The routing chat model")
class RoutingChatModelTest {

    private static final Prompt PROMPT = new Prompt("Hello");

    /** Asked first, because it is free. */
    private final FakeNode first = new FakeNode("first");

    private final FakeNode second = new FakeNode("second");
    private final List<GuardedNode> nodes;
    private final RoutingChatModel model;

    RoutingChatModelTest() {
        first.standing = Node.Standing.FIRST;
        nodes = Stream.of(first, second).map(FakeNode::guarded).toList();
        model = model(PrefixCacheSaltResolver.NONE);
    }

    private RoutingChatModel model(PrefixCacheSaltResolver salts) {
        return new RoutingChatModel(
                new Router(nodes, RoutingRule.LOCAL_FIRST, new AffinityOptions(1024, 64, 1.25), Optional.empty()),
                TidarChatOptions.builder().build(),
                salts);
    }

    @Test
    void streamsTheAnswerOfANodeAndSaysWhichItWas() {
        List<ChatResponse> chunks = chunks();

        assertThat(text(chunks)).isEqualTo("Hello from first");
        assertThat(chunks).allSatisfy(chunk -> {
            assertThat(chunk.getMetadata().<String>get(RoutingMetadata.NODE)).isEqualTo("first");
            assertThat(chunk.getMetadata().<String>get(RoutingMetadata.REASON)).isEqualTo("local");
            assertThat(chunk.getMetadata().<Integer>get(RoutingMetadata.ATTEMPTS))
                    .isEqualTo(1);
        });
        assertThat(nodes.get(0).counts().numFinished()).isOne();
        assertThat(nodes.get(0).inFlight()).isZero();
    }

    @Test
    void putsAStreamTogetherForAnAnswerInOnePiece() {
        ChatResponse answer = model.call(PROMPT);

        assertThat(text(List.of(answer))).isEqualTo("Hello from first");
        assertThat(Objects.requireNonNull(answer.getResult()).getMetadata().getFinishReason())
                .isEqualTo("STOP");
        assertThat(answer.getMetadata().<String>get(RoutingMetadata.NODE)).isEqualTo("first");
    }

    @Test
    void takesAnAnswerInOnePieceFromANodeThatHasIt() {
        first.whole = Optional.of(FakeNode.text("In one piece"));

        assertThat(model.call("Hello")).isEqualTo("In one piece");
        assertThat(nodes.get(0).counts().numFinished()).isOne();
    }

    @ParameterizedTest
    @EnumSource(
            value = FailureKind.class,
            names = {"LATE", "FAILED", "REJECTED"},
            mode = EnumSource.Mode.EXCLUDE)
    void asksAnotherNodeWhereOneFailsBeforeItsFirstToken(FailureKind kind) {
        first.fails(kind);

        ChatResponse last = last(chunks());

        assertThat(last.getMetadata().<String>get(RoutingMetadata.NODE)).isEqualTo("second");
        assertThat(last.getMetadata().<String>get(RoutingMetadata.REASON)).isEqualTo("fallback");
        assertThat(last.getMetadata().<Integer>get(RoutingMetadata.ATTEMPTS)).isEqualTo(2);
        assertThat(model.call("Hello")).isEqualTo("Hello from second");
        assertThat(nodes.get(0).counts().numFailed(kind)).isPositive();
        assertThat(nodes.get(0).counts().numFallbacks()).isPositive();
    }

    @ParameterizedTest
    @EnumSource(
            value = FailureKind.class,
            names = {"LATE", "FAILED", "REJECTED"})
    void asksNoOtherNodeWhereTheFailureIsOneOfTheRequest(FailureKind kind) {
        first.fails(kind);

        assertThatThrownBy(this::chunks).isInstanceOfSatisfying(NodeFailedException.class, failure -> {
            assertThat(failure.node()).isEqualTo("first");
            assertThat(failure.kind()).isEqualTo(kind);
            assertThat(failure.partialText()).isEmpty();
        });
        assertThat(second.asked).isEmpty();
    }

    @Test
    void handsARejectionOfAnEngineOnAsItIs() {
        var rejection = new InvalidRequestException("temperature must be in [0, 100], but is -1");
        first.answer = () -> Flux.error(rejection);

        assertThatThrownBy(this::chunks).isSameAs(rejection);
        assertThat(nodes.get(0).counts().numFailed(FailureKind.REJECTED)).isOne();
    }

    @ParameterizedTest
    @EnumSource(FailureKind.class)
    void beginsNothingAnewAfterTheFirstToken(FailureKind kind) {
        first.answer = () -> Flux.concat(
                Flux.just(FakeNode.text("Once "), FakeNode.text("upon")),
                Flux.error(new NodeFailure(kind, "it broke")));

        Stream.<Runnable>of(this::chunks, () -> model.call(PROMPT))
                .forEach(ask -> assertThat(catchThrowableOfType(NodeFailedException.class, ask::run))
                        .satisfies(failure -> {
                            assertThat(failure.partialText()).isEqualTo("Once upon");
                            assertThat(failure.node()).isEqualTo("first");
                            assertThat(failure)
                                    .hasMessageContaining("after 9 characters")
                                    .hasMessageNotContaining("Once");
                        }));
        assertThat(second.asked).isEmpty();
        assertThat(nodes.get(0).inFlight()).isZero();
    }

    @Test
    void asksAnEngineOfTheApplicationAgainThoughItWasFullAMomentAgo() {
        first.load = OptionalInt.of(0);
        first.answer =
                () -> Flux.error(new NodeFailure(FailureKind.BUSY, "full", Optional.of(Duration.ofSeconds(60)), null));
        chunks();
        first.answer = () -> Flux.just(FakeNode.text("here"));

        chunks();

        assertThat(nodes.get(0).mayBeAsked()).isTrue();
        assertThat(first.asked).hasSize(2);
    }

    @Test
    void leavesANodeThatBreaksWithAnError() {
        first.breaks = Optional.of(new StackOverflowError("in a listener"));

        assertThatThrownBy(() -> model.call(PROMPT)).isInstanceOf(StackOverflowError.class);
        assertThat(nodes.get(0).inFlight()).isZero();
    }

    @Test
    void saysWhatBecameOfEachNodeWhereNoneAnswers() {
        first.answer =
                () -> Flux.error(new NodeFailure(FailureKind.BUSY, "full", Optional.of(Duration.ofSeconds(7)), null));
        second.fails(FailureKind.UNREACHABLE);

        assertThatThrownBy(this::chunks).isInstanceOfSatisfying(NoNodeException.class, failure -> {
            assertThat(failure).hasMessageContainingAll("first is busy: full", "second is unreachable");
            assertThat(failure.isTransient()).isTrue();
            assertThat(failure.retryAfter()).contains(Duration.ofSeconds(7));
        });
    }

    @Test
    void doesNotPromiseThatWhatIsSetWronglyWillPass() {
        first.fails(FailureKind.MISCONFIGURED);
        second.fails(FailureKind.MISCONFIGURED);

        assertThatThrownBy(() -> model.call(PROMPT))
                .isInstanceOfSatisfying(
                        NoNodeException.class,
                        failure -> assertThat(failure.isTransient()).isFalse());
    }

    @Test
    void leavesANodeAloneAsLongAsItAsks() {
        first.answer =
                () -> Flux.error(new NodeFailure(FailureKind.BUSY, "full", Optional.of(Duration.ofSeconds(7)), null));
        chunks();
        chunks();
        assertThat(first.asked).hasSize(1);
        first.clock.pass(Duration.ofSeconds(8));
        chunks();
        assertThat(first.asked).hasSize(2);
    }

    @Test
    void leavesANodeAloneThatFailsAndTriesItAgainLater() {
        first.fails(FailureKind.UNREACHABLE);
        chunks();
        chunks();
        assertThat(nodes.get(0).breaker()).isEqualTo(CircuitBreaker.State.OPEN);

        first.answer = () -> Flux.just(FakeNode.text("I am back"), FakeNode.end("STOP"));
        await().until(() -> text(chunks()).equals("I am back"));
        assertThat(nodes.get(0).breaker()).isEqualTo(CircuitBreaker.State.CLOSED);
    }

    @Test
    void countsNoRejectionAgainstANode() {
        first.fails(FailureKind.REJECTED);
        for (int i = 0; i < 10; i++) {
            assertThat(catchThrowable(this::chunks)).isInstanceOf(NodeFailedException.class);
        }

        assertThat(nodes.get(0).breaker()).isEqualTo(CircuitBreaker.State.CLOSED);
    }

    @Test
    void countsACancelForNobody() {
        AtomicBoolean reached = new AtomicBoolean();
        first.answer = () -> Flux.concat(Flux.just(FakeNode.text("Once ")), Flux.<ChatResponse>never())
                .doOnCancel(() -> reached.set(true));
        for (int i = 0; i < 10; i++) {
            StepVerifier.create(model.stream(PROMPT))
                    .expectNextCount(1)
                    .thenCancel()
                    .verify();
        }

        assertThat(reached).isTrue();
        assertThat(nodes.get(0).counts().numCancelled()).isEqualTo(10);
        assertThat(nodes.get(0).breaker()).isEqualTo(CircuitBreaker.State.CLOSED);
        assertThat(nodes.get(0).inFlight()).isZero();
    }

    @Test
    void cancelsAnAnswerInOnePieceOnAnInterrupt() throws InterruptedException {
        var asked = new CountDownLatch(1);
        first.answer = () -> {
            asked.countDown();
            return Flux.never();
        };
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        Thread caller = new Thread(() -> thrown.set(catchThrowable(() -> model.call(PROMPT))));
        caller.start();
        asked.await();
        caller.interrupt();
        caller.join();

        assertThat(thrown.get()).isInstanceOf(CancellationException.class);
        assertThat(nodes.get(0).counts().numCancelled()).isOne();
        assertThat(second.asked).isEmpty();
    }

    @Test
    void sendsANodeNoMoreThanItMayHaveAtOneTime() {
        FakeNode small = new FakeNode("small");
        small.maxConcurrent = 1;
        small.standing = Node.Standing.FIRST;
        Sinks.One<ChatResponse> held = Sinks.one();
        small.answer = () -> held.asMono().flux();
        var both = new RoutingChatModel(
                new Router(
                        List.of(small.guarded(), nodes.get(1)),
                        RoutingRule.LOCAL_FIRST,
                        new AffinityOptions(1024, 64, 1.25),
                        Optional.empty()),
                TidarChatOptions.builder().build(),
                PrefixCacheSaltResolver.NONE);
        List<ChatResponse> one = new ArrayList<>();
        both.stream(PROMPT).subscribe(one::add);

        assertThat(both.call("Hello")).isEqualTo("Hello from second");
        held.tryEmitValue(FakeNode.end("STOP"));
        assertThat(one).hasSize(1);
        both.call(PROMPT);
        assertThat(small.asked).hasSize(2);
    }

    @Test
    void letsTheSaltOfTheApplicationDecideAndNoOther() {
        RoutingChatModel salted = model(subscriber -> Mono.just("user:anne"));
        salted.call(PROMPT);

        assertThat(first.asked.get(0).salt()).contains("user:anne");
        assertThatThrownBy(() -> salted.call(new Prompt(
                        "Hello",
                        TidarChatOptions.builder().cacheSalt("user:bob").build())))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageStartingWith("cacheSalt must be unset");
    }

    @Test
    void takesOptionsOfAnyKindAndItsDefaultsForTheOthers() {
        var withDefaults = new RoutingChatModel(
                model.router(),
                TidarChatOptions.builder().temperature(0.5).seed(7L).build(),
                PrefixCacheSaltResolver.NONE);
        withDefaults.call(
                new Prompt("Hello", ChatOptions.builder().temperature(0.1).build()));

        TidarChatOptions options = first.asked.get(0).options();
        assertThat(options.getTemperature()).isEqualTo(0.1);
        assertThat(options.getSeed()).isEqualTo(7);
    }

    @Test
    void rejectsACallOnAnEventLoop() {
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        Mono.fromRunnable(() -> thrown.set(catchThrowable(() -> model.call(PROMPT))))
                .subscribeOn(Schedulers.parallel())
                .block();

        assertThat(thrown.get()).isInstanceOf(IllegalStateException.class).hasMessageContaining("event loop");
    }

    private List<ChatResponse> chunks() {
        return Objects.requireNonNull(model.stream(PROMPT).collectList().block());
    }

    private static String text(List<ChatResponse> chunks) {
        return chunks.stream()
                .map(chunk ->
                        Objects.requireNonNull(chunk.getResult()).getOutput().getText())
                .collect(Collectors.joining());
    }

    private static ChatResponse last(List<ChatResponse> chunks) {
        return chunks.get(chunks.size() - 1);
    }
}
