package dev.tidar.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.tidar.TidarEngine;
import dev.tidar.api.EngineClosedException;
import dev.tidar.api.EngineOptions;
import dev.tidar.api.EngineState;
import dev.tidar.api.GenerationListener;
import dev.tidar.api.GenerationRequest;
import dev.tidar.api.GenerationResult;
import dev.tidar.api.InvalidModelException;
import dev.tidar.api.Prompt;
import io.micrometer.observation.ObservationRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("An engine on demand")
class OnDemandEngineTest {

    private static final Duration AT_ONCE = Duration.ZERO;

    private static final Duration NEVER = Duration.ofMillis(-1);

    private static final GenerationRequest REQUEST = GenerationRequest.builder(new Prompt.Text("Once upon a time"))
            .maxTokens(8)
            .temperature(0)
            .build();

    private static Path folder;

    private final AtomicInteger loads = new AtomicInteger();
    /** Counted down when a load is held in its first stage. */
    private final CountDownLatch isHeld = new CountDownLatch(1);

    private final List<OnDemandEngine> engines = new ArrayList<>();

    @BeforeAll
    static void model(@TempDir Path directory) {
        folder = StoriesModel.in(directory);
    }

    @AfterEach
    void close() {
        engines.forEach(OnDemandEngine::close);
    }

    @Test
    void isLoadedByTheFirstRequestAndUnloadedAfterTheLast() throws InterruptedException {
        OnDemandEngine engine = engine(AT_ONCE);
        assertThat(state(engine)).isEqualTo(EngineState.UNLOADED);

        assertThat(ask(engine).tokens()).hasSize(8);

        await().until(() -> state(engine) == EngineState.UNLOADED);
        assertThat(loads).hasValue(1);
    }

    @Test
    void staysLoadedForEverWhereItIsToldTo() throws InterruptedException {
        OnDemandEngine engine = engine(NEVER);

        ask(engine);
        ask(engine);

        assertThat(state(engine)).isEqualTo(EngineState.READY);
        assertThat(loads).hasValue(1);
    }

    @Test
    void staysLoadedBetweenRequestsThatComeSoonEnough() throws InterruptedException {
        OnDemandEngine engine = engine(Duration.ofHours(1));

        ask(engine);
        ask(engine);

        assertThat(loads).hasValue(1);
    }

    @Test
    void reportsUnderItsOwnName() throws InterruptedException {
        OnDemandEngine engine = engine(NEVER);
        assertThat(engine.status().orElseThrow().name()).isEqualTo("stories");

        ask(engine);

        assertThat(engine.status().orElseThrow().name()).isEqualTo("stories");
    }

    /** Every kind of unloading there is, while requests come all the time. */
    @Test
    void losesNoRequestWhileItIsUnloadedAndLoadedAgainUnderLoad() throws InterruptedException, ExecutionException {
        OnDemandEngine engine = engine(AT_ONCE);
        List<Integer> expected = ask(engine).tokens();
        var unloadedOnce = new CountDownLatch(1);
        var callers = Executors.newFixedThreadPool(4);
        try {
            Callable<List<List<Integer>>> asking = () -> {
                List<List<Integer>> answers = new ArrayList<>();
                for (int i = 0; i < 6; i++) {
                    if (i == 3) {
                        unloadedOnce.await();
                    }
                    answers.add(ask(engine).tokens());
                }
                return answers;
            };
            List<Future<List<List<Integer>>>> answers = new ArrayList<>();
            for (int caller = 0; caller < 3; caller++) {
                answers.add(callers.submit(asking));
            }
            Future<?> operator = callers.submit(() -> {
                for (int i = 0; i < 3; i++) {
                    engine.unload();
                    unloadedOnce.countDown();
                }
            });

            operator.get();
            for (Future<List<List<Integer>>> caller : answers) {
                assertThat(caller.get()).hasSize(6).containsOnly(expected);
            }
            assertThat(loads.get()).isGreaterThan(1);
        } finally {
            callers.shutdownNow();
        }
    }

    @Test
    void triesAgainAfterALoadThatFailed() throws InterruptedException {
        OnDemandEngine failing = failingAtFirst(1);

        assertThatThrownBy(() -> ask(failing)).isInstanceOf(InvalidModelException.class);

        assertThat(ask(failing).tokens()).hasSize(8);
    }

    @Test
    void isDeadAndSaysWhyUntilALoadSucceeds() throws InterruptedException {
        OnDemandEngine failing = failingAtFirst(2);

        failing.load(); // which no request waits for
        await().until(() -> failing.present().isEmpty());
        assertThat(state(failing)).isEqualTo(EngineState.DEAD);
        assertThat(failing.status().orElseThrow().failure().orElseThrow()).contains("nowhere");
        assertThatThrownBy(() -> ask(failing)).isInstanceOf(InvalidModelException.class);
        assertThat(state(failing)).isEqualTo(EngineState.DEAD);

        ask(failing);

        assertThat(state(failing)).isEqualTo(EngineState.READY);
        failing.unload();
        assertThat(state(failing)).isEqualTo(EngineState.UNLOADED);
        assertThat(failing.status().orElseThrow().failure()).isEmpty();
    }

    @Test
    void isLoadedAgainAfterItsEngineHasDied() throws InterruptedException {
        OnDemandEngine engine = engine(NEVER);
        ask(engine);
        engine.present().orElseThrow().close();

        assertThatThrownBy(() -> ask(engine)).isInstanceOf(EngineClosedException.class);

        assertThat(ask(engine).tokens()).hasSize(8);
        assertThat(loads).hasValue(2);
    }

    private OnDemandEngine failingAtFirst(int times) {
        var failing = new OnDemandEngine(
                "stories",
                () -> TidarEngine.start(
                        EngineOptions.builder(loads.incrementAndGet() <= times ? Path.of("nowhere") : folder)
                                .threads(1)
                                .build()),
                NEVER);
        engines.add(failing);
        return failing;
    }

    @Test
    void staysLoadedAfterALoadByHandFromTheEndOfTheLoad() {
        var mayLoad = new CountDownLatch(1);
        OnDemandEngine loading = held(mayLoad, AT_ONCE);
        try {
            TidarEngine engine = loading.load();
            assertThat(loading.present()).containsSame(engine);
        } finally {
            mayLoad.countDown();
        }

        await().until(() -> loading.loaded().isPresent()); // it was not cut
        await().until(() -> state(loading) == EngineState.UNLOADED);
        assertThat(loads).hasValue(1);
    }

    @Test
    void goesOnLoadingForTheOthersWhenOneThatWaitsIsInterrupted() throws InterruptedException {
        var mayLoad = new CountDownLatch(1);
        OnDemandEngine loading = held(mayLoad, NEVER);
        var interrupted = new FutureTask<>(() -> ask(loading));
        var other = new FutureTask<>(() -> ask(loading));
        try {
            Thread first = begin(interrupted);
            begin(other);

            first.interrupt();

            assertThat(interrupted)
                    .failsWithin(Duration.ofSeconds(10))
                    .withThrowableThat()
                    .withCauseInstanceOf(EngineClosedException.class);
        } finally {
            mayLoad.countDown();
        }
        assertThat(other)
                .succeedsWithin(Duration.ofSeconds(10))
                .satisfies(answer -> assertThat(answer.tokens()).hasSize(8));
        assertThat(loads).hasValue(1);
    }

    @Test
    void cancelsACallThatIsInterruptedWhileTheModelIsLoaded() throws InterruptedException {
        var mayLoad = new CountDownLatch(1);
        var model = new TidarChatModel(
                held(mayLoad, NEVER), TidarChatOptions.builder().build(), ObservationRegistry.NOOP);
        var call = new FutureTask<>(() -> model.call("Once upon a time"));
        try {
            begin(call).interrupt();

            assertThat(call)
                    .failsWithin(Duration.ofSeconds(10))
                    .withThrowableThat()
                    .withCauseInstanceOf(CancellationException.class);
        } finally {
            mayLoad.countDown();
        }
    }

    @Test
    void letsNobodyWaitOnceItIsClosed() {
        var mayLoad = new CountDownLatch(1);
        OnDemandEngine loading = held(mayLoad, NEVER);
        var first = new FutureTask<>(() -> ask(loading));
        var unloading = new FutureTask<>(loading::unload, true);
        var late = new FutureTask<>(() -> ask(loading));
        try {
            begin(first); // and waits for the model
            begin(unloading); // and waits for the first request
            begin(late); // and waits until the model is unloaded
            new Thread(loading::close).start(); // and waits for the end of the stage

            assertThat(late)
                    .failsWithin(Duration.ofSeconds(10))
                    .withThrowableThat()
                    .withCauseInstanceOf(EngineClosedException.class);
            assertThat(unloading).succeedsWithin(Duration.ofSeconds(10));
        } finally {
            mayLoad.countDown();
        }
    }

    @Test
    void leavesItLoadedWhereTheUnloadingIsInterrupted() throws InterruptedException {
        var mayLoad = new CountDownLatch(1);
        OnDemandEngine loading = held(mayLoad, NEVER);
        var asking = new FutureTask<>(() -> ask(loading));
        var unloading = new FutureTask<>(loading::unload, true);
        try {
            begin(asking);
            begin(unloading).interrupt();

            assertThat(unloading)
                    .failsWithin(Duration.ofSeconds(10))
                    .withThrowableThat()
                    .withCauseInstanceOf(EngineClosedException.class);
        } finally {
            mayLoad.countDown();
        }
        assertThat(asking).succeedsWithin(Duration.ofSeconds(10));
        assertThat(ask(loading).tokens()).hasSize(8);
        assertThat(loads).hasValue(1);
    }

    /** On a thread of its own, until that waits. */
    private static Thread begin(FutureTask<?> task) {
        var thread = new Thread(task);
        thread.start();
        await().until(() -> thread.getState() == Thread.State.WAITING
                || thread.getState() == Thread.State.TIMED_WAITING
                || task.isDone());
        return thread;
    }

    @Test
    void isUnloadedAlsoWhereAListenerDoesNotReturnFromTheEndOfItsRequest() {
        OnDemandEngine engine = engine(NEVER);
        var hasEnded = new CountDownLatch(1);
        var mayReturn = new CountDownLatch(1);
        try {
            engine.submit(REQUEST, new GenerationListener() {
                @Override
                public void onFinished(GenerationResult result) {
                    hasEnded.countDown();
                    awaitUninterruptibly(mayReturn);
                }
            });
            awaitUninterruptibly(hasEnded);

            var unloading = new FutureTask<>(engine::unload, true);
            begin(unloading);
            assertThat(unloading).succeedsWithin(Duration.ofSeconds(10));
            assertThat(state(engine)).isEqualTo(EngineState.UNLOADED);
        } finally {
            mayReturn.countDown();
        }
    }

    @Test
    void isUnloadedForAllWhoLookAsSoonAsItIsClosedForThat() throws InterruptedException {
        var mayLoad = new CountDownLatch(1);
        OnDemandEngine loading = held(mayLoad, NEVER);
        loading.load();
        isHeld.await(); // one that has not begun ends at once
        var unloading = new Thread(loading::unload);
        try {
            unloading.start(); // and waits for the end of the stage

            await().until(() -> state(loading) == EngineState.UNLOADED);
            assertThat(loading.present()).isEmpty();
            assertThat(unloading.isAlive()).isTrue();
        } finally {
            mayLoad.countDown();
        }
        unloading.join();
        assertThat(state(loading)).isEqualTo(EngineState.UNLOADED);
    }

    @Test
    void stillTellsWhatHasAnsweredAndInWhichTokensWhenItIsUnloaded() throws InterruptedException {
        OnDemandEngine engine = engine(NEVER);
        assertThat(engine.loaded()).isEmpty();
        int token = ask(engine).tokens().get(0);
        var text = engine.token(token);
        var backend = engine.loaded().orElseThrow().backend();

        engine.unload();

        assertThat(engine.token(token)).isPresent().isEqualTo(text);
        assertThat(engine.loaded().orElseThrow().backend()).isEqualTo(backend);
    }

    private OnDemandEngine held(CountDownLatch mayLoad, Duration keepAlive) {
        var loading = new OnDemandEngine(
                "stories",
                () -> {
                    loads.incrementAndGet();
                    return TidarEngine.start(EngineOptions.builder(folder)
                            .threads(1)
                            .progress(stage -> {
                                isHeld.countDown();
                                awaitUninterruptibly(mayLoad);
                            })
                            .build());
                },
                keepAlive);
        engines.add(loading);
        return loading;
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void isLoadedNoMoreOnceItIsDrained() throws InterruptedException {
        OnDemandEngine engine = engine(AT_ONCE);
        ask(engine);
        await().until(() -> state(engine) == EngineState.UNLOADED);

        assertThat(engine.drain(Duration.ofSeconds(10))).isTrue();

        assertThatThrownBy(() -> ask(engine)).isInstanceOf(EngineClosedException.class);
        assertThat(loads).hasValue(1);
    }

    @Test
    void isLoadedNoMoreOnceItIsClosed() {
        OnDemandEngine engine = engine(NEVER);
        engine.close();

        assertThatThrownBy(() -> ask(engine))
                .isInstanceOf(EngineClosedException.class)
                .hasMessage("the engine of stories is closed");
        assertThat(loads).hasValue(0);
    }

    private OnDemandEngine engine(Duration keepAlive) {
        var engine = new OnDemandEngine(
                "stories",
                () -> {
                    loads.incrementAndGet();
                    return TidarEngine.start(
                            EngineOptions.builder(folder).threads(1).build());
                },
                keepAlive);
        engines.add(engine);
        return engine;
    }

    private static GenerationResult ask(OnDemandEngine engine) throws InterruptedException {
        return engine.submit(REQUEST, GenerationListener.NONE).await();
    }

    private static EngineState state(OnDemandEngine engine) {
        return engine.status().orElseThrow().state();
    }
}
