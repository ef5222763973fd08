package dev.tidar.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidar.api.DeviceException;
import dev.tidar.api.EngineClosedException;
import dev.tidar.api.EngineState;
import dev.tidar.api.Generation;
import dev.tidar.api.GenerationFailedException;
import dev.tidar.api.GenerationListener;
import dev.tidar.api.Limits;
import dev.tidar.api.TokenChunk;
import dev.tidar.auto.AdaptiveLayouts;
import dev.tidar.auto.AdaptiveLayouts.Measured;
import dev.tidar.auto.PassTimes;
import dev.tidar.decode.StepLayout;
import dev.tidar.kvcache.BlockPool;
import dev.tidar.kvcache.KvCache;
import dev.tidar.model.TidarModel;
import dev.tidar.sampling.SamplingParams;
import dev.tidar.step.StepInputs;
import dev.tidar.step.StepResult;
import dev.tidar.tensor.Ids;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What becomes of requests when a forward goes wrong. The model counts forwards and does as it is told at each. */
@DisplayName("The engine thread")
class EngineLoopTest {

    private static final int BLOCKS = 4;
    private static final Limits LIMITS =
            Limits.builder().maxQueued(4).maxRunning(1).build();

    private final AtomicBoolean released = new AtomicBoolean();
    private final BlockPool pool = new BlockPool(BLOCKS);
    private EngineLoop loop;

    @AfterEach
    void close() {
        loop.close();
        assertThat(released).isTrue();
        assertThat(pool.free()).isEqualTo(BLOCKS);
    }

    @Test
    void goesOnAfterAForwardThatThrew() throws InterruptedException {
        start(forward -> {
            if (forward == 2) {
                throw new IllegalStateException("forward 2");
            }
            return 5;
        });
        Generation broken = submit(10);

        assertThatThrownBy(broken::await)
                .isInstanceOf(GenerationFailedException.class)
                .hasMessageContaining("forward 2");
        assertThat(submit(4).await().tokens()).containsExactly(5, 5, 5, 5);
    }

    @Test
    void goesOnAfterAForwardThatRanOutOfMemory() throws InterruptedException {
        start(forward -> {
            if (forward == 0) {
                throw new OutOfMemoryError("heap");
            }
            return 5;
        });

        assertThatThrownBy(submit(3)::await).isInstanceOf(GenerationFailedException.class);
        assertThat(submit(3).await().tokens()).hasSize(3);
    }

    @Test
    void endsARequestWhoseScoresAreNotFinite() throws InterruptedException {
        start(forward -> forward == 1 ? Ids.NONE : 5);

        assertThatThrownBy(submit(3)::await)
                .isInstanceOf(GenerationFailedException.class)
                .hasMessageContaining("no finite score");
        assertThat(submit(3).await().tokens()).hasSize(3);
    }

    @Test
    void isDeadAfterTheDeviceFailedAndEndsWhatWaited() throws InterruptedException {
        CountDownLatch hold = new CountDownLatch(1);
        start(forward -> {
            awaitQuietly(hold);
            throw new DeviceException("device lost", null);
        });
        Generation running = submit(3);
        Generation waiting = submit(3);
        hold.countDown();

        assertThatThrownBy(running::await).isInstanceOf(DeviceException.class).hasMessage("device lost");
        assertThatThrownBy(waiting::await).isInstanceOf(EngineClosedException.class);
        loop.close();
        assertThat(loop.state()).isEqualTo(EngineState.DEAD);
        assertThatThrownBy(() -> submit(3)).isInstanceOf(EngineClosedException.class);
    }

    @Test
    void endsARequestThatTheKvCacheHasNoRoomFor() {
        start(forward -> 5);

        assertThatThrownBy(submit(1000)::await)
                .isInstanceOf(GenerationFailedException.class)
                .hasMessageContaining("the KV cache has no room for 65 tokens");
    }

    @Test
    void servesInTheOrderOfArrival() throws InterruptedException {
        start(forward -> forward);
        List<Generation> generations = List.of(submit(3), submit(2), submit(1));

        assertThat(generations.get(0).await().tokens()).containsExactly(0, 1, 2);
        assertThat(generations.get(1).await().tokens()).containsExactly(3, 4);
        assertThat(generations.get(2).await().tokens()).containsExactly(5);
    }

    @Test
    void endsItsRequestsAtOnceWhenItIsClosedAlsoWhileAForwardRuns() throws InterruptedException {
        CountDownLatch inForward = new CountDownLatch(1);
        CountDownLatch hold = new CountDownLatch(1);
        start(forward -> {
            inForward.countDown();
            awaitQuietly(hold);
            return 5;
        });
        List<Generation> generations = List.of(submit(3), submit(3));
        inForward.await();

        Thread closer = new Thread(loop::close);
        closer.start();

        assertThat(generations).allSatisfy(g -> assertThatThrownBy(g::await).isInstanceOf(EngineClosedException.class));
        hold.countDown();
        closer.join();
    }

    @Test
    void canBeClosedByAListenerThatWaitsForNoForward() throws InterruptedException {
        CountDownLatch running = new CountDownLatch(1);
        CountDownLatch hold = new CountDownLatch(1);
        AtomicBoolean wasLetGo = new AtomicBoolean();
        start(forward -> {
            if (forward > 1) {
                running.countDown();
                wasLetGo.set(awaitQuietly(hold));
            }
            return 5;
        });
        Generation generation = loop.submit(admission(50), new GenerationListener() {
            @Override
            public void onChunk(TokenChunk chunk) {
                awaitQuietly(running);
                loop.close();
            }
        });

        assertThatThrownBy(generation::await).isInstanceOf(EngineClosedException.class);
        hold.countDown();
        loop.close();
        assertThat(wasLetGo)
                .as("the forward still ran when the listener had closed")
                .isTrue();
    }

    @Test
    void saysWhatToDoWhereTheModelDoesNotFitTheHeap() {
        failLoading(new OutOfMemoryError("heap"));

        assertThatThrownBy(loop::awaitLoaded)
                .isInstanceOf(DeviceException.class)
                .hasMessageContaining("raise -Xmx");
    }

    @Test
    void neverLeavesALoaderThatBrokeWaitedFor() {
        failLoading(new StackOverflowError());

        assertThatThrownBy(loop::awaitLoaded).hasCauseInstanceOf(StackOverflowError.class);
    }

    @Test
    void passesOnWhatLoadingFailedWith() {
        failLoading(new DeviceException("no such device", null));

        assertThatThrownBy(loop::awaitLoaded)
                .isInstanceOf(DeviceException.class)
                .hasMessage("no such device");
    }

    private void failLoading(Throwable failure) {
        Supplier<Engine> loader = () -> {
            released.set(true);
            if (failure instanceof Error error) {
                throw error;
            }
            throw (RuntimeException) failure;
        };
        loop = new EngineLoop(loader, LIMITS, LoopBench::threads, System::nanoTime);
    }

    @Test
    void whoWaitTakeNoBlocksOfAnEngineThatIsGoneToItsFallback() throws InterruptedException {
        BlockPool gone = new BlockPool(2);
        BlockPool next = new BlockPool(2);
        CountDownLatch bothQueued = new CountDownLatch(1);
        List<Integer> freeOfNext = new CopyOnWriteArrayList<>();
        AtomicInteger forwards = new AtomicInteger();
        Engine fallback = remembering(next, () -> freeOfNext.add(next.free()), failure -> {
            throw failure;
        });
        Runnable failing = () -> {
            awaitQuietly(bothQueued);
            if (forwards.getAndIncrement() == 1) { // the other request was looked at before this one
                throw new DeviceException("gone for good", null);
            }
        };
        Limits limits = Limits.builder().maxQueued(4).maxRunning(2).build();
        loop = new EngineLoop(
                () -> remembering(gone, failing, failure -> fallback), limits, LoopBench::threads, System::nanoTime);
        loop.awaitLoaded();
        Generation running = loop.submit(Admissible.greedy(List.of(1, 2, 3, 4, 5), 2, 8), GenerationListener.NONE);
        Generation waiting = loop.submit(Admissible.greedy(List.of(6, 7, 8), 2, 8), GenerationListener.NONE);
        bothQueued.countDown();

        assertThat(waiting.await().tokens())
                .isEqualTo(RememberingModel.answer(List.of(6, 7, 8), SamplingParams.GREEDY, 2));
        assertThatThrownBy(running::await).isInstanceOf(DeviceException.class);
        assertThat(freeOfNext).isNotEmpty().allMatch(free -> free < next.blocks());
        assertThat(gone.free()).isEqualTo(gone.blocks());
    }

    private Engine remembering(BlockPool pool, Runnable before, Function<DeviceException, Engine> fallback) {
        RememberingModel model = new RememberingModel(pool.blocks());
        return new Engine(
                inputs -> {
                    before.run();
                    return model.step(inputs);
                },
                RememberingModel.MASK,
                new KvCache(pool, RememberingModel.BLOCK_TOKENS),
                Optional.empty(),
                new AdaptiveLayouts(
                        new PassTimes(Map.of(1, 1L), 1), List.of(new Measured(StepLayout.AUTOREGRESSIVE, 1))),
                64,
                64,
                new ReentrantLock(),
                () -> released.set(true),
                fallback);
    }

    /** @param token the token that each forward samples */
    private void start(IntFunction<Integer> token) {
        TidarModel model = new TidarModel() {
            private int forwards;

            @Override
            public StepResult step(StepInputs inputs) {
                return new StepResult(List.of(new StepResult.Outcome(List.of(token.apply(forwards++)), List.of())));
            }
        };
        Engine engine = new Engine(
                model,
                0,
                new KvCache(pool, 16),
                new AdaptiveLayouts(
                        new PassTimes(Map.of(1, 1L), 1), List.of(new Measured(StepLayout.AUTOREGRESSIVE, 1))),
                64,
                64,
                () -> released.set(true));
        loop = new EngineLoop(() -> engine, LIMITS, LoopBench::threads, System::nanoTime);
        loop.awaitLoaded();
    }

    private Generation submit(int maxTokens) {
        return loop.submit(admission(maxTokens), GenerationListener.NONE);
    }

    private static Admission admission(int maxTokens) {
        return Admissible.greedy(List.of(1, 2), maxTokens, 2000);
    }

    private static boolean awaitQuietly(CountDownLatch latch) {
        try {
            return latch.await(30, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
