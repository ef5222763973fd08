package dev.tidar.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.tidar.TidarEngine;
import dev.tidar.api.EngineBusyException;
import dev.tidar.api.EngineOptions;
import dev.tidar.api.EngineStatus;
import dev.tidar.api.EngineStatus.KvStatus;
import dev.tidar.api.Limits;
import io.micrometer.observation.ObservationRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.reactivestreams.Subscription;
import org.springframework.ai.chat.model.ChatResponse;
import org.springframework.ai.chat.prompt.Prompt;
import reactor.core.Disposable;
import reactor.core.publisher.BaseSubscriber;
import reactor.test.StepVerifier;

/**
 * Rows of the list of bad inputs about behaviour under stress (F94 to F97, F103), on the real engine with room for two
 * requests and two more in its queue.
 */
@DisplayName("A chat model with many requests")
class ManyRequestsTest {

    private static final Prompt OPENING = new Prompt("Once upon a time");

    private static final Prompt LONG = new Prompt("Once upon a time", StoriesModel.slow(400));

    private TidarEngine engine;
    private TidarChatModel model;

    @BeforeEach
    void load(@TempDir Path directory) {
        engine = TidarEngine.load(EngineOptions.builder(StoriesModel.in(directory))
                .threads(1)
                .limits(Limits.builder().maxRunning(2).maxQueued(2).build())
                .build());
        var options = TidarChatOptions.builder().temperature(0.0).maxTokens(40).build();
        model = new TidarChatModel(engine, options, ObservationRegistry.NOOP);
    }

    @AfterEach
    void close() {
        engine.close();
    }

    @Test
    @DisplayName("F94: rejects one more than fits the queue, as transient, with the length of the queue and a time")
    void rejectsWhenTheQueueIsFull() {
        List<Disposable> all = List.of(
                run(1),
                run(2),
                model.stream(OPENING).subscribe(),
                model.stream(OPENING).subscribe());
        await().until(() -> engine.status().queued() == 2);

        assertThatThrownBy(() -> model.call(OPENING)).isInstanceOfSatisfying(EngineBusyException.class, busy -> {
            assertThat(busy).hasMessageContaining("2 requests wait");
            assertThat(busy.isTransient()).isTrue();
            assertThat(busy.retryAfter())
                    .hasValueSatisfying(time -> assertThat(time).isPositive());
        });
        StepVerifier.create(model.stream(OPENING))
                .expectError(EngineBusyException.class)
                .verify();

        all.forEach(Disposable::dispose);
        awaitIdle();
        assertThat(model.call(OPENING)).isNotNull();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    @DisplayName(
            "F95: gives everything back when a subscriber cancels after so many chunks, twice, from another thread")
    void givesEverythingBackAfterACancel(int chunks) throws Exception {
        var reader = new Reader(chunks);
        model.stream(LONG).subscribe(reader);
        await().until(() -> reader.received == chunks && engine.status().running() == 1);

        var other = new Thread(() -> {
            reader.cancel();
            reader.cancel();
        });
        other.start();
        other.join();

        awaitIdle();
        assertThat(engine.status().totals().cancelled()).isEqualTo(1);
        assertThat(model.call(OPENING)).isNotNull();
    }

    @Test
    @DisplayName("F95: leaves the queue when the subscriber of a waiting request cancels")
    void leavesTheQueueAfterACancel() {
        List<Disposable> running = List.of(run(1), run(2));
        Disposable waiting = model.stream(OPENING).subscribe();
        await().until(() -> engine.status().queued() == 1);

        waiting.dispose();

        await().until(() -> engine.status().queued() == 0);
        assertThat(engine.status().running()).isEqualTo(2);
        running.forEach(Disposable::dispose);
    }

    @Test
    @DisplayName("F95: has nothing left to cancel after the end")
    void ignoresACancelAfterTheEnd() {
        var reader = new Reader(Integer.MAX_VALUE);
        model.stream(OPENING).subscribe(reader);
        assertThat(reader.end).succeedsWithin(Duration.ofSeconds(30));

        reader.cancel();

        assertThat(engine.status().totals().cancelled()).isZero();
        assertThat(engine.status().totals().finished()).isEqualTo(1);
    }

    @Test
    @DisplayName("F96: lets a slow subscriber hold up nobody, and keeps its whole answer for it")
    void letsASlowSubscriberHoldUpNobody() {
        var slow = new Reader(1);
        model.stream(OPENING).subscribe(slow);
        await().until(() -> slow.received == 1);

        String whole = text(model.call(OPENING));
        awaitIdle();
        assertThat(slow.received).as("it has not asked for more").isEqualTo(1);

        slow.request(Long.MAX_VALUE);
        assertThat(slow.end).succeedsWithin(Duration.ofSeconds(30)).isEqualTo(whole);
    }

    @Test
    @DisplayName("F97: cancels the request of a subscriber that throws, and serves the others")
    void cancelsTheRequestOfASubscriberThatThrows() {
        var failed = new CompletableFuture<Throwable>();
        String whole = text(model.call(OPENING));

        model.stream(LONG)
                .subscribe(
                        chunk -> {
                            throw new IllegalStateException("the subscriber is broken");
                        },
                        failed::complete);
        String beside = text(model.call(OPENING));

        assertThat(failed)
                .succeedsWithin(Duration.ofSeconds(30))
                .satisfies(cause -> assertThat(cause).hasMessage("the subscriber is broken"));
        assertThat(beside).isEqualTo(whole);
        awaitIdle();
        assertThat(engine.status().totals().cancelled()).isEqualTo(1);
    }

    @Test
    @DisplayName("F103: streams to a subscriber whose thread is interrupted, and leaves the flag set")
    void streamsToAnInterruptedThread() {
        String whole = text(model.call(OPENING));
        var reader = new Reader(Integer.MAX_VALUE);

        Thread.currentThread().interrupt();
        model.stream(OPENING).subscribe(reader);

        assertThat(Thread.interrupted()).isTrue();
        assertThat(reader.end).succeedsWithin(Duration.ofSeconds(30)).isEqualTo(whole);
    }

    /** Starts a long answer, the one of this number; one after the other, because all pass through the queue. */
    private Disposable run(int number) {
        Disposable request = model.stream(LONG).subscribe();
        await().until(() -> engine.status().running() == number);
        return request;
    }

    private void awaitIdle() {
        await().untilAsserted(() -> {
            EngineStatus status = engine.status();
            assertThat(status.running()).isZero();
            assertThat(status.queued()).isZero();
            KvStatus kv = status.kv();
            assertThat(kv.freeBytes() + kv.cachedBytes())
                    .as("no sequence holds memory")
                    .isEqualTo(kv.bytes());
        });
    }

    private static String text(ChatResponse response) {
        return response.getResult().getOutput().getText();
    }

    /** Asks for so many chunks and no more. */
    private static final class Reader extends BaseSubscriber<ChatResponse> {
        final CompletableFuture<String> end = new CompletableFuture<>();
        volatile int received;
        private final int wanted;
        private final CopyOnWriteArrayList<ChatResponse> chunks = new CopyOnWriteArrayList<>();

        Reader(int wanted) {
            this.wanted = wanted;
        }

        @Override
        protected void hookOnSubscribe(Subscription subscription) {
            if (wanted > 0) {
                request(wanted);
            }
        }

        @Override
        protected void hookOnNext(ChatResponse chunk) {
            chunks.add(chunk);
            received = chunks.size();
        }

        @Override
        protected void hookOnComplete() {
            end.complete(chunks.stream().map(ManyRequestsTest::text).collect(Collectors.joining()));
        }

        @Override
        protected void hookOnError(Throwable failure) {
            end.completeExceptionally(failure);
        }
    }
}
