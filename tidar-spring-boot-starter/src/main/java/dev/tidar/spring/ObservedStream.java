package dev.tidar.spring;

import dev.tidar.api.Generation;
import dev.tidar.api.GenerationListener;
import dev.tidar.api.GenerationResult;
import dev.tidar.api.TidarException;
import dev.tidar.api.TokenChunk;
import io.micrometer.observation.Observation;
import io.micrometer.observation.contextpropagation.ObservationThreadLocalAccessor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.springframework.ai.chat.model.ChatResponse;
import org.springframework.ai.chat.observation.ChatModelObservationContext;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxSink;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.util.context.ContextView;

/**
 * One subscription to an answer. It hands the engine's chunks over to the subscriber's thread. It stops the observation
 * only when the engine has ended the generation, even after a cancel, so that the observation always has the engine's
 * own counts.
 */
final class ObservedStream {
    private final ChatResponseMapper responses;
    private final Observation observation;
    private final ChatModelObservationContext context;

    /** Set by the submission, or by a cancel that comes before it and makes it unnecessary. */
    private final AtomicBoolean begun = new AtomicBoolean();

    /**
     * Set by the end of the generation or by the subscriber's cancel, whichever comes first; the second one stops the
     * observation.
     */
    private final AtomicBoolean oneEnded = new AtomicBoolean();

    private final AtomicBoolean stopped = new AtomicBoolean();

    ObservedStream(ChatResponseMapper responses, Observation observation, ChatModelObservationContext context) {
        this.responses = responses;
        this.observation = observation;
        this.context = context;
    }

    /**
     * Starts the observation and returns the answer.
     *
     * @param engine submits the request; called at most once and not on the subscribing thread, because a long prompt
     *     takes time to tokenize
     * @param subscriber context that has the parent observation
     */
    Flux<ChatResponse> of(Function<GenerationListener, Generation> engine, ContextView subscriber) {
        Scheduler elastic = Schedulers.boundedElastic();
        observation.parentObservation(subscriber.getOrDefault(ObservationThreadLocalAccessor.KEY, null));
        observation.start();
        return Flux.<ChatResponse>create(sink -> submit(engine, sink))
                .subscribeOn(elastic)
                .publishOn(elastic)
                .doOnComplete(this::stop)
                .doOnError(failure -> {
                    observation.error(failure);
                    stop();
                })
                .doOnCancel(this::cancelled)
                .contextWrite(downstream -> downstream.put(ObservationThreadLocalAccessor.KEY, observation));
    }

    private void submit(Function<GenerationListener, Generation> engine, FluxSink<ChatResponse> sink) {
        if (begun.getAndSet(true)) {
            return;
        }
        boolean submitted = false;
        try {
            Generation generation =
                    engine.apply(new Handover(sink, ObservedGeneration.of(observation, context, responses)));
            submitted = true;
            sink.onCancel(generation::cancel);
        } finally {
            if (!submitted) {
                engineEndedOrCancelled();
            }
        }
    }

    private void cancelled() {
        boolean neverSubmitted = !begun.getAndSet(true);
        if (neverSubmitted) {
            engineEndedOrCancelled();
        }
        engineEndedOrCancelled();
    }

    private void engineEndedOrCancelled() {
        if (oneEnded.getAndSet(true)) {
            Schedulers.boundedElastic().schedule(this::stop);
        }
    }

    private void stop() {
        if (!stopped.getAndSet(true)) {
            observation.stop();
        }
    }

    /**
     * The listener that the engine calls, on a thread of its own. It maps and enqueues chunks and tells the
     * observation.
     */
    private final class Handover implements GenerationListener {
        private final FluxSink<ChatResponse> sink;
        private final GenerationListener observed;

        private Handover(FluxSink<ChatResponse> sink, GenerationListener observed) {
            this.sink = sink;
            this.observed = observed;
        }

        @Override
        public void onStarted(Start start) {
            observed.onStarted(start);
        }

        @Override
        public void onChunk(TokenChunk chunk) {
            observed.onChunk(chunk);
            if (!chunk.parts().isEmpty() || hasLogProbs(chunk)) {
                sink.next(responses.chunk(chunk));
            }
        }

        private static boolean hasLogProbs(TokenChunk chunk) {
            return chunk.tokens().stream().anyMatch(token -> token.logProbs().isPresent());
        }

        @Override
        public void onFinished(GenerationResult result) {
            observed.onFinished(result);
            sink.next(responses.end(result));
            sink.complete();
            engineEndedOrCancelled();
        }

        @Override
        public void onFailed(TidarException failure) {
            observed.onFailed(failure);
            sink.error(failure);
            engineEndedOrCancelled();
        }
    }
}
