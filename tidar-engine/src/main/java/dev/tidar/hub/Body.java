package dev.tidar.hub;

import java.io.IOException;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of an answer as they come. The HTTP client has no limit for the time between two of them; this has, and it
 * notices within a tick that nobody needs them any more. Closing it ends the connection if bytes are left.
 */
final class Body implements Flow.Subscriber<List<ByteBuffer>>, AutoCloseable {

    /** What the client reports: bytes, the end, or a failure. */
    private record Event(List<ByteBuffer> bytes, boolean isEnd, Optional<Throwable> failure) {}

    private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();
    private final Duration limit;
    private final Stop stop;
    private volatile Flow.@Nullable Subscription subscription;
    private boolean ended;

    /** @param limit the longest time without a byte */
    Body(Duration limit, Stop stop) {
        this.limit = limit;
        this.stop = stop;
    }

    /**
     * The next bytes; empty at the end.
     *
     * @throws IOException if the connection breaks, or no byte comes for too long
     */
    Optional<List<ByteBuffer>> next() throws IOException {
        if (ended) {
            return Optional.empty();
        }
        Event event = await();
        if (event.failure().isPresent()) {
            ended = true;
            Throwable failure = event.failure().get();
            throw failure instanceof IOException broken ? broken : new IOException(failure);
        }
        if (event.isEnd()) {
            ended = true;
            return Optional.empty();
        }
        request();
        return Optional.of(event.bytes());
    }

    private Event await() throws IOException {
        long end = System.nanoTime() + limit.toNanos();
        while (true) {
            stop.requireNeeded();
            try {
                Event event = events.poll(Stop.TICK.toMillis(), TimeUnit.MILLISECONDS);
                if (event != null) {
                    return event;
                }
            } catch (InterruptedException e) {
                throw Stop.interrupted();
            }
            if (System.nanoTime() - end > 0) {
                throw new HttpTimeoutException("no byte came for %d ms".formatted(limit.toMillis()));
            }
        }
    }

    private void request() {
        Flow.Subscription current = subscription;
        if (current != null) {
            current.request(1);
        }
    }

    @Override
    public void onSubscribe(Flow.Subscription offered) {
        subscription = offered;
        offered.request(1);
    }

    @Override
    public void onNext(List<ByteBuffer> bytes) {
        events.add(new Event(bytes, false, Optional.empty()));
    }

    @Override
    public void onError(Throwable failure) {
        events.add(new Event(List.of(), false, Optional.of(failure)));
    }

    @Override
    public void onComplete() {
        events.add(new Event(List.of(), true, Optional.empty()));
    }

    @Override
    public void close() {
        Flow.Subscription current = subscription;
        if (!ended && current != null) {
            current.cancel();
        }
    }
}
