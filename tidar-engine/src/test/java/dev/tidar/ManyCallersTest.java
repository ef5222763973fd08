package dev.tidar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidar.api.EngineBusyException;
import dev.tidar.api.EngineClosedException;
import dev.tidar.api.EngineOptions;
import dev.tidar.api.EngineState;
import dev.tidar.api.EngineStatus;
import dev.tidar.api.FinishReason;
import dev.tidar.api.Generation;
import dev.tidar.api.GenerationListener;
import dev.tidar.api.GenerationRequest;
import dev.tidar.api.GenerationResult;
import dev.tidar.api.InvalidRequestException;
import dev.tidar.api.Limits;
import dev.tidar.api.Prompt;
import dev.tidar.api.TidarException;
import dev.tidar.api.TokenChunk;
import dev.tidar.decode.TestModel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("An engine with many callers")
@Timeout(120) // a request without an end would wait for ever
class ManyCallersTest {

    private static final int SUBSCRIBERS = 100;
    private static final int WANTED = 30;

    private TidarEngine engine;

    @AfterEach
    void close() {
        engine.close();
    }

    private void load(Limits.Builder limits) {
        engine = TidarEngine.load(EngineOptions.builder(TestModel.folder("models/stories260k-tidar"))
                .threads(1)
                .limits(limits.build())
                .build());
    }

    /** The shape of vLLM's test of aborted requests. */
    @Test
    void givesNinetyWhatTheyAskedForWhileTenCancel() throws InterruptedException {
        load(Limits.builder().maxRunning(16).maxQueued(SUBSCRIBERS));
        List<Integer> expected = story(WANTED).await().tokens();
        List<Subscriber> subscribers = new ArrayList<>();
        for (int i = 0; i < SUBSCRIBERS; i++) {
            boolean impatient = i % 10 == 0;
            Subscriber subscriber = new Subscriber(impatient ? 1 + i / 10 : Integer.MAX_VALUE);
            subscriber.submit(impatient ? 400 : WANTED);
            subscribers.add(subscriber);
        }
        for (int i = 0; i < SUBSCRIBERS; i++) {
            Subscriber subscriber = subscribers.get(i);
            GenerationResult result = subscriber.generation.join().await();
            if (i % 10 == 0) {
                assertThat(result.finishReason()).isEqualTo(FinishReason.CANCELLED);
                assertThat(result.tokens()).hasSizeLessThan(400);
            } else {
                assertThat(result.finishReason()).isEqualTo(FinishReason.LENGTH);
                assertThat(result.tokens()).as("subscriber %d", i).isEqualTo(expected);
            }
            assertThat(subscriber.tokens).isEqualTo(result.tokens());
            assertThat(subscriber.ends).hasValue(1);
        }
        assertAtRest();
        assertThat(engine.status().totals().cancelled()).isEqualTo(10);
        assertThat(story(WANTED).await().tokens()).isEqualTo(expected);
    }

    @Test
    void letsNoSlowOrBrokenListenerChangeWhatTheOthersGet() throws InterruptedException {
        load(Limits.builder().maxRunning(4));
        List<Integer> expected = story(WANTED).await().tokens();
        Generation broken = engine.submit(request(400), new GenerationListener() {
            @Override
            public void onChunk(TokenChunk chunk) {
                throw new NoClassDefFoundError("listener");
            }
        });
        Generation slow = engine.submit(request(WANTED), new GenerationListener() {
            @Override
            public void onChunk(TokenChunk chunk) {
                for (int i = 0; i < 1000; i++) {
                    Thread.yield();
                }
            }
        });
        Generation other = story(WANTED);

        assertThat(broken.await().finishReason()).isEqualTo(FinishReason.CANCELLED);
        assertThat(slow.await().tokens()).isEqualTo(expected);
        assertThat(other.await().tokens()).isEqualTo(expected);
        assertAtRest();
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2})
    void endsEveryRequestOfManyThreadsThatSubmitCancelAndLook(long seed) {
        load(Limits.builder().maxRunning(4).maxQueued(8));
        int threads = 8;
        ExecutorService callers = Executors.newFixedThreadPool(threads);
        AtomicInteger served = new AtomicInteger();
        AtomicInteger rejected = new AtomicInteger();
        try {
            List<CompletableFuture<Void>> done = new ArrayList<>();
            for (int t = 0; t < threads; t++) {
                SplittableRandom random = new SplittableRandom(seed * 100 + t);
                done.add(CompletableFuture.runAsync(() -> call(random, served, rejected), callers));
            }
            done.forEach(CompletableFuture::join);
        } finally {
            callers.shutdown();
        }
        assertThat(served.get() + rejected.get()).isEqualTo(threads * 40);
        assertThat(served).hasPositiveValue();
        assertThat(engine.status().totals().finished()
                        + engine.status().totals().cancelled())
                .isEqualTo(served.get());
        assertThat(engine.status().totals().rejected()).isEqualTo(rejected.get());
        assertAtRest();
    }

    private void call(SplittableRandom random, AtomicInteger served, AtomicInteger rejected) {
        List<Generation> open = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            try {
                open.add(story(random.nextInt(1, 60)));
                EngineStatus status = engine.status();
                assertThat(status.queued()).isBetween(0, 8 + 4);
                assertThat(status.running()).isBetween(0, 4);
                if (random.nextInt(5) == 0) {
                    open.get(random.nextInt(open.size())).cancel();
                }
                if (random.nextInt(2) == 0) {
                    end(open.remove(random.nextInt(open.size())), served);
                }
            } catch (EngineBusyException e) {
                rejected.incrementAndGet();
            }
        }
        open.forEach(generation -> end(generation, served));
    }

    private static void end(Generation generation, AtomicInteger served) {
        try {
            assertThat(generation.await().finishReason())
                    .isIn(FinishReason.LENGTH, FinishReason.STOP, FinishReason.CANCELLED);
            served.incrementAndGet();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void rejectsWhatItsLimitsForbidAndNamesThem() {
        load(Limits.builder().maxPromptTokens(8).maxNewTokens(10));

        assertThatThrownBy(() -> engine.submit(
                        GenerationRequest.builder(new Prompt.Tokens(List.of(1, 300, 301, 302, 303, 304, 305, 306, 307)))
                                .build(),
                        GenerationListener.NONE))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("at most 8 tokens")
                .hasMessageContaining("has 9")
                .matches(e -> !((TidarException) e).isTransient());
        assertThatThrownBy(() -> story(11))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("at most 10")
                .hasMessageContaining("is 11");
        assertThatThrownBy(() -> GenerationRequest.builder(new Prompt.Text("a"))
                        .cacheSalt("a b")
                        .build())
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("visible ASCII");
        assertThatThrownBy(() -> GenerationRequest.builder(new Prompt.Text("a"))
                        .cacheSalt("")
                        .build())
                .isInstanceOf(InvalidRequestException.class);
        assertThatThrownBy(() -> GenerationRequest.builder(new Prompt.Text("a"))
                        .cacheSalt("a".repeat(129))
                        .build())
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("128");
    }

    @Test
    void givesNoMoreThanItsLimitWhereARequestLeavesItOpen() throws InterruptedException {
        load(Limits.builder().maxNewTokens(10));
        var open = GenerationRequest.builder(new Prompt.Text("Once")).ignoreStopIds(true);

        assertThat(engine.submit(open.build(), GenerationListener.NONE).await().tokens())
                .hasSize(10);
    }

    @Test
    void endsWithTheTimeOfTheEngineWhereARequestAsksForMore() throws InterruptedException {
        load(Limits.builder().maxRequestTime(Duration.ofNanos(1)));
        var patient = GenerationRequest.builder(new Prompt.Text("Once")).timeout(Duration.ofHours(1));
        Generation generation = engine.submit(patient.build(), GenerationListener.NONE);

        assertThat(generation.await().finishReason()).isEqualTo(FinishReason.DEADLINE);
    }

    @Test
    void isDeadAndSaysWhyWhereItsModelCannotBeLoadedInTheBackground(@TempDir Path empty) {
        engine = TidarEngine.start(EngineOptions.builder(empty).build());
        while (engine.status().state() == EngineState.LOADING) {
            Thread.yield();
        }

        assertThat(engine.status().state()).isEqualTo(EngineState.DEAD);
        assertThat(engine.status().failure().orElseThrow()).contains("config.json");
        assertThatThrownBy(() -> story(1))
                .isInstanceOf(EngineClosedException.class)
                .hasMessageContaining("config.json");
    }

    private void assertAtRest() {
        EngineStatus status = engine.status();
        assertThat(status.state()).isEqualTo(EngineState.READY);
        assertThat(status.queued()).isZero();
        assertThat(status.running()).isZero();
        assertThat(status.kv().freeBytes() + status.kv().cachedBytes())
                .isEqualTo(status.kv().bytes());
    }

    private Generation story(int maxTokens) {
        return engine.submit(request(maxTokens), GenerationListener.NONE);
    }

    private static GenerationRequest request(int maxTokens) {
        return GenerationRequest.builder(new Prompt.Text("One day, a little boy named Tim"))
                .maxTokens(maxTokens)
                .ignoreStopIds(true)
                .build();
    }

    /** Counts what it is told, and cancels after so many chunks. */
    private final class Subscriber implements GenerationListener {
        final List<Integer> tokens = new ArrayList<>();
        final AtomicInteger ends = new AtomicInteger();
        final CompletableFuture<Generation> generation = new CompletableFuture<>();
        private final int patience;
        private int chunks;

        Subscriber(int patience) {
            this.patience = patience;
        }

        void submit(int maxTokens) {
            generation.complete(engine.submit(request(maxTokens), this));
        }

        @Override
        public void onChunk(TokenChunk chunk) {
            chunk.tokens().forEach(token -> tokens.add(token.id()));
            if (++chunks == patience) {
                generation.join().cancel();
            }
        }

        @Override
        public void onFinished(GenerationResult result) {
            ends.incrementAndGet();
        }

        @Override
        public void onFailed(TidarException failure) {
            ends.incrementAndGet();
        }
    }
}
