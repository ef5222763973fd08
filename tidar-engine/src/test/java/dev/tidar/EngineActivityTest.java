package dev.tidar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidar.api.DecodeMode;
import dev.tidar.api.Decoding;
import dev.tidar.api.EngineActivity;
import dev.tidar.api.EngineOptions;
import dev.tidar.api.Generation;
import dev.tidar.api.GenerationListener;
import dev.tidar.api.GenerationRequest;
import dev.tidar.api.GenerationResult;
import dev.tidar.api.InvalidRequestException;
import dev.tidar.api.Limits;
import dev.tidar.api.Lookup;
import dev.tidar.api.Prompt;
import dev.tidar.api.RequestStatus;
import dev.tidar.api.RequestStatus.Phase;
import dev.tidar.api.StepTotals;
import dev.tidar.api.StepTotals.Kind;
import dev.tidar.api.TokenChunk;
import dev.tidar.decode.TestModel;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What an engine reports of its work, on a clock that can be advanced and with forwards that can be held. */
@DisplayName("What an engine is busy with")
class EngineActivityTest {

    private static final String STORY = "Once upon a time there was a little dog who liked to play in the big park";

    private final AtomicLong advanced = new AtomicLong();
    private final AtomicBoolean holds = new AtomicBoolean();
    private final Semaphore inForward = new Semaphore(0);
    private final Semaphore mayGoOn = new Semaphore(0);

    private TidarEngine engine;

    @BeforeEach
    void load() {
        engine = TidarEngine.load(
                EngineOptions.builder(TestModel.folder("models/stories260k-tidar"))
                        .threads(1)
                        .lookup(Lookup.OFF)
                        .limits(Limits.builder().maxRunning(1).build())
                        .build(),
                () -> System.nanoTime() + advanced.get(),
                network -> inputs -> {
                    if (holds.get()) {
                        inForward.release();
                        mayGoOn.acquireUninterruptibly();
                    }
                    return network.step(inputs);
                });
    }

    @AfterEach
    void close() {
        goOn();
        engine.close();
    }

    @Test
    void isItsRequestsWithoutTheirTexts() {
        holds.set(true);
        Generation running = submit(story());
        inForward.acquireUninterruptibly();
        Generation waiting = submit(story());

        List<RequestStatus> requests = engine.status().activity().requests();

        assertThat(requests).extracting(RequestStatus::id).containsExactly(running.id(), waiting.id());
        assertThat(requests).extracting(RequestStatus::phase).containsExactly(Phase.PREFILL, Phase.QUEUED);
        assertThat(requests.get(0).promptTokens()).isEqualTo(running.promptTokens());
        assertThat(requests.toString()).doesNotContain("Once");
    }

    @Test
    void showsHowFarARequestIs() {
        holds.set(true);
        submit(story());
        for (int forward = 0; forward < 3; forward++) { // the prompt, and two tokens; the fourth forward is held
            inForward.acquireUninterruptibly();
            mayGoOn.release();
        }
        inForward.acquireUninterruptibly();

        RequestStatus request = engine.status().activity().requests().get(0);

        assertThat(request.phase()).isEqualTo(Phase.DECODE);
        assertThat(request.tokens()).isEqualTo(3);
        assertThat(request.layout()).isEqualTo("autoregressive");
    }

    @Test
    void isStalledWhileNoStepEndsAndNoLongerOnceOneDoes() throws InterruptedException {
        holds.set(true);
        Generation held = submit(story());
        inForward.acquireUninterruptibly();
        assertThat(engine.status().activity().isStalled()).isFalse();

        advance(Limits.DEFAULT.stallWarning().plusSeconds(1));

        EngineActivity stalled = engine.status().activity();
        assertThat(stalled.sinceStep()).isGreaterThan(Limits.DEFAULT.stallWarning());
        assertThat(stalled.isStalled()).isTrue();
        goOn();
        held.await();
        assertThat(engine.status().activity().isStalled()).isFalse();
    }

    @Test
    void isNothingWhileThereAreNoRequestsHoweverLong() {
        advance(Duration.ofHours(9));

        assertThat(engine.status().activity().sinceStep()).isZero();
    }

    @Test
    void countsTheTimeFromTheArrivalOfWorkAndNotThatBeforeIt() {
        advance(Duration.ofHours(9));
        holds.set(true);
        submit(story());
        inForward.acquireUninterruptibly();

        assertThat(engine.status().activity().sinceStep()).isLessThan(Duration.ofHours(1));
    }

    @Test
    void countsTheDraftsThatWereVerifiedAndAcceptedAtEachPosition() throws InterruptedException {
        GenerationResult result = submit(
                        story().decoding(Decoding.of(DecodeMode.SINGLE_PASS).withDraftLength(4))
                                .maxTokens(40))
                .await();

        List<Integer> kept = result.stats().kept();
        StepTotals steps = engine.status().activity().steps();
        assertThat(steps.drafts()).hasSize(StepTotals.MAX_POSITIONS);
        assertThat(IntStream.range(0, 3)
                        .mapToObj(position -> steps.drafts().get(position).accepted()))
                .isEqualTo(IntStream.range(0, 3)
                        .mapToObj(position ->
                                kept.stream().filter(k -> k > position + 1).count())
                        .toList());
        assertThat(steps.drafts().get(0).verified()).isBetween(kept.size() - 1L, (long) kept.size());
        assertThat(steps.drafts().get(3).verified()).isZero();
    }

    @Test
    void countsStepsByWhatTheirRowsAreFor() throws InterruptedException {
        GenerationResult result =
                submit(story().decoding(Decoding.of(DecodeMode.AUTOREGRESSIVE))).await();
        submit(story().decoding(Decoding.of(DecodeMode.TWO_PASS))).await();

        StepTotals steps = engine.status().activity().steps();
        assertThat(steps.kinds()).extracting(StepTotals.OfKind::kind).containsExactly(Kind.values());
        assertThat(of(Kind.AUTOREGRESSIVE, steps).steps())
                .isEqualTo(result.stats().forwards());
        assertThat(of(Kind.AUTOREGRESSIVE, steps).time()).isPositive();
        assertThat(of(Kind.TWO_PASS, steps).steps()).isPositive();
        assertThat(of(Kind.PREFILL, steps).steps()).isEqualTo(2);
        assertThat(of(Kind.SINGLE_PASS, steps).steps()).isZero();
    }

    @Test
    void tellsAListenerWhenItsRequestWaitsNoLongerAndWhatWasCached() throws InterruptedException {
        submit(story()).await();
        var heard = new CopyOnWriteArrayList<String>();

        GenerationResult result =
                engine.submit(story().build(), listener(heard)).await();

        assertThat(result.stats().cachedTokens()).isPositive();
        assertThat(heard)
                .startsWith("started with " + result.stats().cachedTokens(), "chunk")
                .endsWith("finished");
    }

    @Test
    void tellsNoListenerOfAStartThatNeverCame() throws InterruptedException {
        holds.set(true);
        submit(story());
        inForward.acquireUninterruptibly();
        var heard = new CopyOnWriteArrayList<String>();
        Generation waiting = engine.submit(story().build(), listener(heard));
        waiting.cancel();
        goOn();
        waiting.await();

        assertThat(heard).containsExactly("finished");
    }

    @Test
    void forgetsCachedPrefixesOnCommand() throws InterruptedException {
        GenerationResult first = submit(story()).await();
        assertThat(submit(story()).await().stats().cachedTokens()).isPositive();

        assertThat(engine.clearPrefixCache()).isPositive();

        assertThat(engine.status().kv().cachedBytes()).isZero();
        GenerationResult anew = submit(story()).await();
        assertThat(anew.stats().cachedTokens()).isZero();
        assertThat(anew.tokens()).isEqualTo(first.tokens());
    }

    @Test
    void forgetsCachedPrefixesWhileARequestRunsOnThem() throws InterruptedException {
        GenerationResult first = submit(story()).await();
        holds.set(true);
        Generation running = submit(story());
        inForward.acquireUninterruptibly();
        var clearing = new Thread(() -> engine.clearPrefixCache());
        clearing.start();
        goOn();
        clearing.join();

        assertThat(running.await().tokens()).isEqualTo(first.tokens());
        assertThat(submit(story()).await().tokens()).isEqualTo(first.tokens());
    }

    @Test
    void changesHowRequestsDecodeThatLeaveItOpen() throws InterruptedException {
        List<Integer> tokens = submit(story()).await().tokens();

        engine.decodeBy(Decoding.of(DecodeMode.TWO_PASS));

        assertThat(engine.status().loaded().orElseThrow().decoding().mode()).isEqualTo(DecodeMode.TWO_PASS);
        GenerationResult result = submit(openStory()).await();
        assertThat(result.stats().layout()).startsWith("two-pass");
        assertThat(result.tokens()).isEqualTo(tokens);
    }

    @Test
    void rejectsALayoutThatTheModelDoesNotHave() {
        assertThatThrownBy(() -> engine.decodeBy(Decoding.AUTO.withDraftLength(3)))
                .isInstanceOf(InvalidRequestException.class);

        assertThat(engine.status().loaded().orElseThrow().decoding()).isEqualTo(Decoding.AUTO);
    }

    private static StepTotals.OfKind of(Kind kind, StepTotals steps) {
        return steps.kinds().get(kind.ordinal());
    }

    private static GenerationListener listener(List<String> heard) {
        return new GenerationListener() {
            @Override
            public void onStarted(Start start) {
                heard.add("started with " + start.cachedTokens());
            }

            @Override
            public void onChunk(TokenChunk chunk) {
                heard.add("chunk");
            }

            @Override
            public void onFinished(GenerationResult result) {
                heard.add("finished");
            }
        };
    }

    private void advance(Duration time) {
        advanced.addAndGet(time.toNanos());
    }

    private void goOn() {
        holds.set(false);
        mayGoOn.release(1000);
    }

    private static GenerationRequest.Builder story() {
        return openStory().decoding(Decoding.of(DecodeMode.AUTOREGRESSIVE));
    }

    private static GenerationRequest.Builder openStory() {
        return GenerationRequest.builder(new Prompt.Text(STORY)).maxTokens(24).temperature(0);
    }

    private Generation submit(GenerationRequest.Builder request) {
        return engine.submit(request.build(), GenerationListener.NONE);
    }
}
