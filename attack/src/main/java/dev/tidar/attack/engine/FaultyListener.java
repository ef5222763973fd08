package dev.tidar.attack.engine;

import dev.tidar.api.Generation;
import dev.tidar.api.GenerationListener;
import dev.tidar.api.GenerationResult;
import dev.tidar.api.TidarException;
import dev.tidar.api.TokenChunk;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/** A listener that does something wrong at its second chunk or at the end, and counts how often its request ended. */
final class FaultyListener implements GenerationListener {

    /** What it does wrong. */
    enum Fault {
        NONE,
        THROWS,
        THROWS_ERROR,
        THROWS_CHECKED,
        OVERFLOWS,
        INTERRUPTS,
        BLOCKS,
        AWAITS_ITSELF,
        CANCELS_ITSELF,
        THROWS_AT_THE_END,
        INTERRUPTS_AT_THE_END;

        /** Most listeners have no fault; one that blocks costs all others its time, so it is rare. */
        static Fault draw(SplittableRandom random) {
            if (random.nextInt(5) < 3) {
                return NONE;
            }
            Fault fault = values()[random.nextInt(values().length)];
            return fault == BLOCKS && random.nextInt(4) > 0 ? THROWS : fault;
        }
    }

    private static final long BLOCKED_NANOS = 20_000_000;

    private final Fault fault;
    private final AtomicInteger chunks = new AtomicInteger();
    private final AtomicInteger ends = new AtomicInteger();
    private final CountDownLatch ended = new CountDownLatch(1);
    private final CompletableFuture<Generation> generation = new CompletableFuture<>();
    private volatile Optional<TidarException> failure = Optional.empty();
    private volatile List<Integer> tokens = List.of();

    FaultyListener(Fault fault) {
        this.fault = fault;
    }

    /** Gives it the handle of its own request. */
    void started(Generation handle) {
        generation.complete(handle);
    }

    @Override
    public void onChunk(TokenChunk chunk) {
        if (chunks.incrementAndGet() == 2) {
            misbehave();
        }
    }

    private void misbehave() {
        switch (fault) {
            case THROWS -> throw new IllegalStateException("a listener's own fault");
            case THROWS_ERROR -> throw new AssertionError("a listener's own fault");
            case THROWS_CHECKED -> sneak(new IOException("a listener's own fault"));
            case OVERFLOWS -> overflow(Integer.MAX_VALUE);
            case INTERRUPTS -> Thread.currentThread().interrupt();
            case BLOCKS -> LockSupport.parkNanos(BLOCKED_NANOS);
            case AWAITS_ITSELF -> awaitItself();
            case CANCELS_ITSELF -> cancelItself();
            default -> {
                // its fault, if any, comes at the end
            }
        }
    }

    private void cancelItself() {
        if (generation.isDone()) {
            generation.join().cancel();
        }
    }

    private void awaitItself() {
        if (!generation.isDone()) {
            return; // not handed over yet; waiting for that here would be a fault of this suite
        }
        try {
            generation.join().await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static int overflow(int depth) {
        return depth == 0 ? 0 : overflow(depth - 1) + 1;
    }

    @SuppressWarnings("unchecked")
    private static <E extends Exception> void sneak(Exception checked) throws E {
        throw (E) checked;
    }

    @Override
    public void onFinished(GenerationResult result) {
        tokens = result.tokens();
        end();
    }

    @Override
    public void onFailed(TidarException reason) {
        failure = Optional.of(reason);
        end();
    }

    private void end() {
        ends.incrementAndGet();
        ended.countDown();
        if (fault == Fault.THROWS_AT_THE_END) {
            sneak(new IOException("a listener's own fault"));
        }
        if (fault == Fault.INTERRUPTS_AT_THE_END) {
            Thread.currentThread().interrupt();
        }
    }

    boolean awaitEnd(Duration limit) throws InterruptedException {
        return ended.await(limit.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** How often its request ended. */
    int ends() {
        return ends.get();
    }

    Optional<TidarException> failure() {
        return failure;
    }

    List<Integer> tokens() {
        return tokens;
    }

    /** Whether the engine may fail its request. */
    boolean isFaulty() {
        return fault != Fault.NONE && fault != Fault.CANCELS_ITSELF;
    }
}
