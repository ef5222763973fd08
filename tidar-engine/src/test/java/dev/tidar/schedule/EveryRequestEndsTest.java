package dev.tidar.schedule;

import static dev.tidar.schedule.LoopBench.answer;
import static dev.tidar.schedule.LoopBench.until;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidar.api.DeviceException;
import dev.tidar.api.EngineBusyException;
import dev.tidar.api.EngineClosedException;
import dev.tidar.api.EngineState;
import dev.tidar.api.FinishReason;
import dev.tidar.api.Generation;
import dev.tidar.api.GenerationFailedException;
import dev.tidar.api.GenerationListener;
import dev.tidar.api.GenerationResult;
import dev.tidar.api.Limits;
import dev.tidar.api.TidarException;
import dev.tidar.api.TokenChunk;
import dev.tidar.decode.Constraint;
import dev.tidar.decode.DecodeRequest;
import dev.tidar.decode.LayoutChoice;
import dev.tidar.decode.StepLayout;
import dev.tidar.sampling.SamplingParams;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Every request ends")
@Timeout(120) // a request without an end would wait for ever
class EveryRequestEndsTest {

    private static final int RUNNING = 6;
    private static final int WAITING = 4;

    private final CountDownLatch hold = new CountDownLatch(1);
    private final CountDownLatch inForward = new CountDownLatch(1);
    private LoopBench bench;

    @AfterEach
    void close() {
        hold.countDown();
        bench.close();
    }

    private void start(IntConsumer forward) {
        start(Limits.builder(), forward);
    }

    private void start(Limits.Builder limits, IntConsumer forward) {
        bench = new LoopBench(100, limits.maxRunning(RUNNING).maxQueued(WAITING).build(), forward);
        bench.loop.awaitLoaded();
    }

    /** The first forward waits for the test. */
    private void holdFirst(int forward) {
        if (forward == 0) {
            inForward.countDown();
            LoopBench.await(hold);
        }
    }

    private List<Generation> submitAll(int count) {
        List<Generation> generations = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            generations.add(bench.submit(100 * i, 20));
        }
        return generations;
    }

    /** One request in the first forward, and as many as there is room for after it. */
    private List<Generation> fill() {
        List<Generation> generations = new ArrayList<>(List.of(bench.submit(1000, 20)));
        LoopBench.await(inForward);
        generations.addAll(submitAll(WAITING));
        return generations;
    }

    private static void assertFails(Generation generation, Class<? extends TidarException> type, String message) {
        assertThatThrownBy(generation::await).isInstanceOf(type).hasMessageContaining(message);
    }

    @Nested
    class WhenAForwardFails {

        @ParameterizedTest(name = "forward {0}")
        @ValueSource(ints = {1, 2, 5, 12})
        void allThatRunWithTheFailureAndTheEngineGoesOn(int broken) throws InterruptedException {
            start(forward -> {
                holdFirst(forward);
                if (forward == broken) {
                    throw new IllegalStateException("forward " + broken);
                }
            });
            List<Generation> running = fill();
            hold.countDown();

            for (Generation generation : running) {
                assertFails(generation, GenerationFailedException.class, "forward " + broken);
            }
            assertThat(bench.pool.free()).isEqualTo(bench.pool.blocks());
            assertThat(bench.loop.running()).isZero();
            assertThat(bench.submit(1, 10).await().tokens()).isEqualTo(answer(1, 10));
            assertThat(bench.loop.totals().failed()).isEqualTo(running.size());
        }

        @ParameterizedTest(name = "forward {0}")
        @ValueSource(ints = {1, 2, 5, 12})
        void withTheDeviceAllThatRunAndAllThatWait(int broken) {
            start(forward -> {
                holdFirst(forward);
                if (forward == broken) {
                    throw new DeviceException("device lost", null);
                }
            });
            List<Generation> running = fill();
            hold.countDown();

            for (Generation generation : running) {
                assertFails(generation, DeviceException.class, "device lost");
            }
            until(() -> bench.loop.state() == EngineState.DEAD);
            assertThatThrownBy(() -> bench.submit(1, 1))
                    .isInstanceOf(EngineClosedException.class)
                    .hasMessageContaining("device lost");
        }

        @Test
        void withAnErrorOfTheJvmAllThatRun() {
            start(forward -> {
                holdFirst(forward);
                if (forward == 3) {
                    throw new StackOverflowError("deep");
                }
            });
            List<Generation> running = fill();
            hold.countDown();

            for (Generation generation : running) {
                assertFails(generation, DeviceException.class, "StackOverflowError");
            }
            until(() -> bench.loop.state() == EngineState.DEAD);
        }

        @Test
        void withoutMemoryAndTheEngineGoesOn() throws InterruptedException {
            start(forward -> {
                holdFirst(forward);
                if (forward == 3) {
                    throw new OutOfMemoryError("heap");
                }
            });
            List<Generation> running = fill();
            hold.countDown();

            for (Generation generation : running) {
                assertFails(generation, GenerationFailedException.class, "OutOfMemoryError");
            }
            assertThat(bench.submit(1, 10).await().tokens()).isEqualTo(answer(1, 10));
        }
    }

    @Nested
    class WhenAListenerThrows {

        @Test
        void thatOneAsCancelledAndTheOthersAsTheyWould() throws InterruptedException {
            start(EveryRequestEndsTest.this::holdFirst);
            Generation first = bench.submit(1000, 20);
            LoopBench.await(inForward);
            List<Generation> others = new ArrayList<>(submitAll(WAITING - 1));
            others.add(first);
            Generation broken = bench.submit(1, 20, new GenerationListener() {
                @Override
                public void onChunk(TokenChunk chunk) {
                    throw new AssertionError("listener");
                }
            });
            hold.countDown();

            assertThat(broken.await().finishReason()).isIn(FinishReason.CANCELLED, FinishReason.LENGTH);
            for (Generation other : others) {
                assertThat(other.await().tokens()).hasSize(20);
            }
            assertThat(bench.loop.state()).isEqualTo(EngineState.READY);
        }

        @Test
        void alsoWhereItThrowsAtTheEnd() throws InterruptedException {
            start(forward -> {
                if (forward == 3) {
                    throw new IllegalStateException("forward 3");
                }
            });
            GenerationListener listener = new GenerationListener() {
                @Override
                public void onFinished(GenerationResult result) {
                    throw new AssertionError("finished");
                }

                @Override
                public void onFailed(TidarException failure) {
                    throw new AssertionError("failed");
                }
            };

            assertThat(bench.submit(1, 2, listener).await().tokens()).isEqualTo(answer(1, 2));
            assertFails(bench.submit(1, 9, listener), GenerationFailedException.class, "forward 3");
            assertThat(bench.submit(1, 2, listener).await().tokens()).isEqualTo(answer(1, 2));
        }
    }

    @Nested
    class WhateverItsListenerDoes {

        /** A listener that does something at its first chunk. */
        private GenerationListener atFirstChunk(Consumer<TokenChunk> action) {
            return new GenerationListener() {
                @Override
                public void onChunk(TokenChunk chunk) {
                    if (chunk.step() == 0) {
                        action.accept(chunk);
                    }
                }
            };
        }

        @Test
        void byThrowingWhatItDoesNotDeclare() throws InterruptedException {
            start(EveryRequestEndsTest.this::holdFirst);
            List<Generation> others = fill();
            Generation broken = bench.submit(
                    1,
                    20,
                    atFirstChunk(chunk -> EveryRequestEndsTest.<RuntimeException>sneak(new IOException("gone"))));
            hold.countDown();

            assertThat(broken.await().finishReason()).isIn(FinishReason.CANCELLED, FinishReason.LENGTH);
            for (Generation other : others) {
                assertThat(other.await().tokens()).hasSize(20);
            }
            assertThat(bench.loop.state()).isEqualTo(EngineState.READY);
        }

        @Test
        void byInterruptingItsThread() throws InterruptedException {
            start(forward -> {});
            Generation interrupting = bench.submit(
                    1, 20, atFirstChunk(chunk -> Thread.currentThread().interrupt()));

            assertThat(interrupting.await().tokens()).isEqualTo(answer(1, 20));
            assertThat(bench.submit(1, 5).await().tokens()).isEqualTo(answer(1, 5));
        }

        @Test
        void whileItBlocksAndTheOthersGoOn() throws InterruptedException {
            start(forward -> {});
            CountDownLatch blocked = new CountDownLatch(1);
            Generation blocking = bench.submit(1, 20, atFirstChunk(chunk -> {
                blocked.countDown();
                LoopBench.await(hold);
            }));
            LoopBench.await(blocked);

            assertThat(bench.submit(1, 50).await().tokens()).isEqualTo(answer(1, 50));
            until(() -> bench.loop.running() == 0); // it is decoded to its end
            hold.countDown();
            assertThat(blocking.await().tokens()).isEqualTo(answer(1, 20));
        }

        @Test
        void byWaitingForItsOwnGeneration() throws InterruptedException {
            start(EveryRequestEndsTest.this::holdFirst);
            CompletableFuture<Generation> own = new CompletableFuture<>();
            List<GenerationResult> seen = new ArrayList<>();
            own.complete(bench.submit(1, 20, atFirstChunk(chunk -> {
                try {
                    seen.add(own.join().await());
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            })));
            hold.countDown();

            assertThat(own.join().await().tokens()).isEqualTo(answer(1, 20));
            assertThat(seen).hasSize(1);
        }

        @Test
        void untilTooManyListenersDoNotReturn() throws InterruptedException {
            start(forward -> {});
            List<Generation> blocking = new ArrayList<>();
            for (int i = 0; i <= RUNNING + WAITING; i++) {
                blocking.add(bench.submit(1, 1, atFirstChunk(chunk -> LoopBench.await(hold))));
                until(() -> bench.loop.running() + bench.loop.queued() == 0);
            }

            assertThatThrownBy(() -> bench.submit(1, 1))
                    .isInstanceOf(EngineBusyException.class)
                    .hasMessageContaining("11 listeners of requests that have ended have not returned");
            hold.countDown();
            for (Generation generation : blocking) {
                assertThat(generation.await().tokens()).hasSize(1);
            }
            assertThat(bench.submit(1, 1).await().tokens()).hasSize(1);
        }

        @Test
        void unlessThereIsNone() {
            start(forward -> {});

            assertThatThrownBy(() -> bench.submit(1, 1, none()))
                    .isInstanceOf(NullPointerException.class)
                    .hasMessageContaining("listener");
        }

        @SuppressWarnings({"NullAway", "DataFlowIssue"}) // what a caller without static checks can pass
        private GenerationListener none() {
            return null;
        }
    }

    @Nested
    class WhenAPlanFails {

        private Generation submit(Constraint constraint, Supplier<LayoutChoice> layouts) {
            var request = new DecodeRequest(LoopBench.prompt(7), SamplingParams.GREEDY, constraint, 20, 400);
            return bench.loop.submit(Admissible.of(request, Optional.empty(), "", layouts), GenerationListener.NONE);
        }

        private Generation submit(Supplier<LayoutChoice> layouts) {
            return submit(Constraint.NONE, layouts);
        }

        /** Allows everything, but at one of its methods meets a defect after some tokens. */
        private record Broken(String method, int tokens) implements Constraint {

            private void meet(String called) {
                if (tokens == 0 && called.equals(method)) {
                    throw new IllegalStateException("a defect in " + method);
                }
            }

            @Override
            public Optional<Constraint> advance(int token, LongConsumer work) {
                meet("advance");
                return Optional.of(new Broken(method, Math.max(0, tokens - 1)));
            }

            @Override
            public Allowed allowed(int maxTokens, LongConsumer work) {
                meet("allowed");
                return Allowed.ALL;
            }

            @Override
            public List<Integer> forced(LongConsumer work) {
                meet("forced");
                return List.of();
            }

            @Override
            public boolean isComplete() {
                return false;
            }
        }

        @ParameterizedTest
        @ValueSource(strings = {"allowed", "forced", "advance"})
        void thatOneWhichCausedItAndTheOthersAsTheyWould(String method) throws InterruptedException {
            start(EveryRequestEndsTest.this::holdFirst);
            List<Generation> others = fill();
            Generation broken = submit(new Broken(method, 2), () -> LayoutChoice.fixed(StepLayout.AUTOREGRESSIVE));
            hold.countDown();

            assertFails(broken, GenerationFailedException.class, "a defect in " + method);
            for (Generation other : others) {
                assertThat(other.await().tokens()).hasSize(20);
            }
            assertThat(bench.loop.state()).isEqualTo(EngineState.READY);
        }

        @Test
        void thatOneWhoseSettingUpFails() throws InterruptedException {
            start(forward -> {});
            Generation broken = submit(() -> {
                throw new StackOverflowError("deep");
            });

            assertFails(broken, GenerationFailedException.class, "StackOverflowError");
            assertThat(bench.submit(1, 5).await().tokens()).isEqualTo(answer(1, 5));
        }

        @Test
        void allOfThemAndTheEngineWhereNobodyCanBeBlamed() {
            start(EveryRequestEndsTest.this::holdFirst);
            List<Generation> all = fill();
            LayoutChoice brokenForAll = new LayoutChoice() { // asked while the layouts of all are shared out
                        @Override
                        public StepLayout current() {
                            return StepLayout.AUTOREGRESSIVE;
                        }

                        @Override
                        public boolean isOpen() {
                            throw new IllegalStateException("no times");
                        }
                    };
            all.add(submit(() -> brokenForAll));
            hold.countDown();

            for (Generation generation : all) {
                assertThatThrownBy(generation::await)
                        .isInstanceOf(TidarException.class)
                        .hasMessageContaining("no times");
            }
            until(() -> bench.loop.state() == EngineState.DEAD);
            assertThat(bench.loop.death().orElseThrow()).hasMessageContaining("no times");
        }
    }

    @SuppressWarnings("unchecked")
    private static <E extends Throwable> void sneak(Throwable checked) throws E {
        throw (E) checked;
    }

    @Nested
    class AtAnyTimeLimit {

        @ParameterizedTest
        @ValueSource(longs = {Long.MAX_VALUE, Long.MAX_VALUE / 2, 10_000_000_000L})
        void howeverLong(long seconds) throws InterruptedException {
            Duration time = Duration.ofSeconds(seconds);
            start(
                    Limits.builder()
                            .maxQueueWait(time)
                            .maxRequestTime(time)
                            .maxStep(time)
                            .stallWarning(time)
                            .stallLimit(time),
                    forward -> {});
            Admission admission = Admissible.of(
                    new DecodeRequest(LoopBench.prompt(1), SamplingParams.GREEDY, 5, 400),
                    Optional.of(time),
                    "",
                    () -> LayoutChoice.fixed(StepLayout.AUTOREGRESSIVE));

            assertThat(bench.loop
                            .submit(admission, GenerationListener.NONE)
                            .await()
                            .tokens())
                    .isEqualTo(answer(1, 5));
            assertThat(bench.loop.drain(time)).isTrue();
        }
    }

    @Nested
    class AtOnceWhereItIsRejected {

        @Test
        void becauseTheQueueIsFullWithItsLengthAndWhenToComeAgain() {
            start(EveryRequestEndsTest.this::holdFirst);
            fill();
            submitAll(RUNNING - 1); // there is a place for them, as soon as the forward is over

            assertThatThrownBy(() -> bench.submit(1, 1))
                    .isInstanceOf(EngineBusyException.class)
                    .hasMessageContaining("9 requests wait already")
                    .satisfies(e -> assertThat(((TidarException) e).retryAfter().orElseThrow())
                            .isBetween(Duration.ofSeconds(1), Duration.ofMinutes(10)));
            assertThat(bench.loop.queued()).isEqualTo(WAITING + RUNNING - 1);
            assertThat(bench.loop.totals().rejected()).isEqualTo(1);
        }

        @Test
        void becauseTheModelIsBeingLoaded() throws InterruptedException {
            bench = new LoopBench(10, Limits.DEFAULT, forward -> {}, () -> LoopBench.await(hold));

            assertThat(bench.loop.state()).isEqualTo(EngineState.LOADING);
            assertThatThrownBy(() -> bench.submit(1, 1))
                    .isInstanceOf(EngineBusyException.class)
                    .hasMessageContaining("still being loaded")
                    .matches(e -> ((TidarException) e).retryAfter().isPresent());
            hold.countDown();
            bench.loop.awaitLoaded();
            assertThat(bench.loop.state()).isEqualTo(EngineState.READY);
            assertThat(bench.submit(1, 3).await().tokens()).isEqualTo(answer(1, 3));
        }

        @Test
        void becauseTheModelCouldNotBeLoaded() {
            bench = new LoopBench(10, Limits.DEFAULT, forward -> {}, () -> {
                throw new DeviceException("no such device", null);
            });
            bench.released.set(true);
            until(() -> bench.loop.state() == EngineState.DEAD);

            assertThat(bench.loop.death().orElseThrow()).hasMessage("no such device");
            assertThatThrownBy(() -> bench.submit(1, 1))
                    .isInstanceOf(EngineClosedException.class)
                    .hasMessageContaining("no such device");
        }

        @Test
        void becauseTheEngineWasClosedWhileItLoaded() {
            bench = new LoopBench(10, Limits.DEFAULT, forward -> {}, () -> LoopBench.await(hold));
            CompletableFuture<Void> closed = CompletableFuture.runAsync(bench.loop::close);
            until(() -> bench.loop.state() == EngineState.DEAD);

            assertThatThrownBy(() -> bench.submit(1, 1)).isInstanceOf(EngineClosedException.class);
            hold.countDown();
            closed.join();
        }
    }

    @Nested
    class WhenTheEngineIsDrained {

        private CompletableFuture<Boolean> drain(Duration limit) {
            return CompletableFuture.supplyAsync(() -> {
                try {
                    return bench.loop.drain(limit);
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            });
        }

        @Test
        void byItsOwnEndWhileNewOnesAreRejected() throws InterruptedException {
            start(EveryRequestEndsTest.this::holdFirst);
            List<Generation> accepted = fill();
            CompletableFuture<Boolean> drained = drain(Duration.ofMinutes(1));
            until(() -> bench.loop.state() == EngineState.DRAINING);

            assertThatThrownBy(() -> bench.submit(1, 1))
                    .isInstanceOf(EngineClosedException.class)
                    .hasMessageContaining("shutting down");
            hold.countDown();
            assertThat(drained.join()).isTrue();
            for (Generation generation : accepted) {
                assertThat(generation.await().tokens()).hasSize(20);
            }
            assertThat(bench.loop.state()).isEqualTo(EngineState.DEAD);
        }

        @Test
        void byAnErrorWhereItTakesLongerThanTheLimit() {
            start(EveryRequestEndsTest.this::holdFirst);
            List<Generation> accepted = fill();
            CompletableFuture<Boolean> drained = drain(Duration.ofMillis(1));
            until(() -> bench.loop.state() == EngineState.DEAD);
            hold.countDown();

            assertThat(drained.join()).isFalse();
            for (Generation generation : accepted) {
                assertFails(generation, EngineClosedException.class, "closed");
            }
        }

        @Test
        void andNobodyWaitsWhereThereIsNothingToEnd() throws InterruptedException {
            start(forward -> {});

            assertThat(bench.loop.drain(Duration.ofMinutes(1))).isTrue();
        }
    }

    @Test
    void howeverManyThreadsSubmitAndCloseAtOnce() throws InterruptedException {
        AtomicInteger ends = new AtomicInteger();
        for (int round = 0; round < 50; round++) {
            start(Limits.builder(), forward -> {});
            LoopBench own = bench;
            CountDownLatch go = new CountDownLatch(1);
            List<CompletableFuture<Void>> callers = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                callers.add(CompletableFuture.runAsync(() -> {
                    LoopBench.await(go);
                    submitUntilClosed(own, ends);
                }));
            }
            go.countDown();
            own.close();
            callers.forEach(CompletableFuture::join);
        }
        assertThat(ends.get()).isPositive();
    }

    private static void submitUntilClosed(LoopBench bench, AtomicInteger ends) {
        for (boolean open = true; open; ) {
            try {
                bench.submit(1, 3).await();
                ends.incrementAndGet();
            } catch (EngineClosedException e) {
                open = false;
                ends.incrementAndGet();
            } catch (EngineBusyException e) {
                Thread.onSpinWait();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
