package dev.tidar.cli.serving;

import dev.tidar.TidarEngine;
import dev.tidar.api.Generation;
import dev.tidar.api.GenerationListener;
import dev.tidar.api.GenerationRequest;
import dev.tidar.api.GenerationResult;
import dev.tidar.api.TidarException;
import dev.tidar.api.TokenChunk;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * The requests in flight on an engine. A request that the engine rejects ends like any other. Confined to the thread
 * that submits.
 */
public final class InFlight<T> {

    private final TidarEngine engine;
    private final BlockingQueue<Ended<T>> ended = new LinkedBlockingQueue<>();
    private int size;

    public InFlight(TidarEngine engine) {
        this.engine = engine;
    }

    /**
     * Submits a request.
     *
     * @param tag returned with its end
     * @return a handle to cancel it; empty if it was rejected
     */
    public Optional<Generation> submit(T tag, GenerationRequest request) {
        size++;
        var follower = new Follower(tag);
        try {
            return Optional.of(engine.submit(request, follower));
        } catch (TidarException e) {
            follower.onFailed(e);
            return Optional.empty();
        }
    }

    /** Waits for the next request to end. */
    public Ended<T> next() throws InterruptedException {
        Ended<T> next = ended.take();
        size--;
        return next;
    }

    /** Waits for the next request to end, at most for this time. */
    public Optional<Ended<T>> next(Duration limit) throws InterruptedException {
        Optional<Ended<T>> next = Optional.ofNullable(ended.poll(limit.toNanos(), TimeUnit.NANOSECONDS));
        size -= next.isPresent() ? 1 : 0;
        return next;
    }

    /** The number of requests that were submitted and have not been returned by {@link #next}. */
    public int size() {
        return size;
    }

    private final class Follower implements GenerationListener {
        private final T tag;
        private final Delivery delivery = new Delivery();

        Follower(T tag) {
            this.tag = tag;
        }

        @Override
        public void onChunk(TokenChunk chunk) {
            delivery.chunk(chunk);
        }

        @Override
        public void onFinished(GenerationResult result) {
            ended.add(new Ended<>(tag, Optional.of(result), Optional.empty(), delivery));
        }

        @Override
        public void onFailed(TidarException failure) {
            ended.add(new Ended<>(tag, Optional.empty(), Optional.of(failure), delivery));
        }
    }
}
