package dev.tidar.openai;

import java.util.concurrent.atomic.AtomicBoolean;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;
import reactor.core.publisher.Sinks;

/**
 * Waits for the first signal of a stream, so that an error before anything was sent can still become the status of the
 * response.
 */
final class FirstSignal {

    private FirstSignal() {}

    /**
     * Subscribes to a stream at once.
     *
     * @return the whole stream, its first element included, once there is one, to be subscribed to once; or the error
     *     that it begins with. To cancel either cancels the stream
     */
    static <T> Mono<Flux<T>> of(Flux<T> stream) {
        return Mono.create(first -> new Relay<T>(first).subscribeTo(stream));
    }

    private static final class Relay<T> {
        private final MonoSink<Flux<T>> first;
        private final Sinks.Many<T> elements = Sinks.many().unicast().onBackpressureBuffer();
        private final Disposable.Swap subscription = Disposables.swap();
        private final AtomicBoolean begun = new AtomicBoolean();

        Relay(MonoSink<Flux<T>> first) {
            this.first = first;
        }

        void subscribeTo(Flux<T> stream) {
            first.onCancel(subscription);
            subscription.update(stream.contextWrite(first.contextView()).subscribe(this::next, this::fail, this::end));
        }

        private void next(T element) {
            elements.emitNext(element, Sinks.EmitFailureHandler.FAIL_FAST);
            begin();
        }

        private void fail(Throwable failure) {
            if (begun.getAndSet(true)) {
                elements.emitError(failure, Sinks.EmitFailureHandler.FAIL_FAST);
            } else {
                first.error(failure);
            }
        }

        private void end() {
            elements.emitComplete(Sinks.EmitFailureHandler.FAIL_FAST);
            begin();
        }

        private void begin() {
            if (!begun.getAndSet(true)) {
                first.success(elements.asFlux().doOnCancel(subscription::dispose));
            }
        }
    }
}
