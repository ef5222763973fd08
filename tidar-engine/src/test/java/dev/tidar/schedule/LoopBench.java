package dev.tidar.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidar.api.Generation;
import dev.tidar.api.GenerationListener;
import dev.tidar.api.Limits;
import dev.tidar.auto.AdaptiveLayouts;
import dev.tidar.auto.AdaptiveLayouts.Measured;
import dev.tidar.auto.PassTimes;
import dev.tidar.backend.jni.BackgroundThreads;
import dev.tidar.decode.StepLayout;
import dev.tidar.kvcache.BlockPool;
import dev.tidar.kvcache.KvCache;
import dev.tidar.model.TidarModel;
import dev.tidar.sampling.SamplingParams;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.IntConsumer;
import java.util.function.Supplier;

/** An engine thread with a remembering model, which does at each forward what the test says. */
final class LoopBench {

    private static final long PATIENCE = Duration.ofSeconds(30).toNanos();

    final BlockPool pool;
    final AtomicBoolean released = new AtomicBoolean();
    final EngineLoop loop;

    /** @param forward receives the number of each forward, before it is run */
    LoopBench(int blocks, Limits limits, IntConsumer forward) {
        this(blocks, limits, forward, () -> {});
    }

    /** @param load what loading does first */
    LoopBench(int blocks, Limits limits, IntConsumer forward, Runnable load) {
        pool = new BlockPool(blocks);
        Supplier<Engine> loader = () -> {
            load.run();
            return engine(blocks, limits, forward);
        };
        loop = new EngineLoop(loader, limits, LoopBench::threads, System::nanoTime);
    }

    /** A thread of a name, which ends soon and does not keep the JVM from ending. */
    static ThreadPoolExecutor threads(String name) {
        return BackgroundThreads.one(name, 1);
    }

    private Engine engine(int blocks, Limits limits, IntConsumer forward) {
        RememberingModel model = new RememberingModel(blocks);
        int[] forwards = new int[1];
        TidarModel scripted = inputs -> {
            forward.accept(forwards[0]++);
            return model.step(inputs);
        };
        return new Engine(
                scripted,
                RememberingModel.MASK,
                new KvCache(pool, RememberingModel.BLOCK_TOKENS),
                new AdaptiveLayouts(
                        new PassTimes(Map.of(1, 1L), 1), List.of(new Measured(StepLayout.AUTOREGRESSIVE, 1))),
                limits.prefillChunk().orElse(64),
                limits.maxRunning() + 8,
                () -> released.set(true));
    }

    Generation submit(int first, int maxTokens) {
        return submit(first, maxTokens, GenerationListener.NONE);
    }

    Generation submit(int first, int maxTokens, GenerationListener listener) {
        return loop.submit(
                Admissible.greedy(prompt(first), maxTokens, pool.blocks() * RememberingModel.BLOCK_TOKENS), listener);
    }

    static List<Integer> prompt(int first) {
        return SchedulerBench.prompt(first, 3);
    }

    static List<Integer> answer(int first, int tokens) {
        return RememberingModel.answer(prompt(first), SamplingParams.GREEDY, tokens);
    }

    /** Closes, and sees that everything came back. */
    void close() {
        loop.close();
        until(released::get);
        until(() -> pool.free() == pool.blocks());
        assertThat(loop.queued()).isZero();
        assertThat(loop.running()).isZero();
    }

    static void until(BooleanSupplier condition) {
        long begin = System.nanoTime();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime() - begin).as("nanoseconds of waiting").isLessThan(PATIENCE);
            Thread.yield();
        }
    }

    static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(PATIENCE, TimeUnit.NANOSECONDS)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
