package dev.tidar.spring;

import dev.tidar.api.GenerationListener;
import dev.tidar.api.GenerationResult;
import dev.tidar.api.TidarException;
import dev.tidar.api.TokenChunk;
import io.micrometer.observation.Observation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.springframework.ai.chat.observation.ChatModelObservationContext;

/**
 * Follows one generation for its observation: events, the times between tokens, and a response with the engine's own
 * counts, also where the generation was cancelled or failed. Made when the request is submitted; after that confined to
 * the thread that calls the listener.
 */
final class ObservedGeneration implements GenerationListener {

    private final Observation observation;
    private final ChatModelObservationContext context;
    private final ChatResponseMapper responses;
    private final List<Duration> intervals = new ArrayList<>();
    private final long submitted = System.currentTimeMillis();
    private boolean isQueuedTold;
    private Start prompt = new Start(0, 0);
    private int tokens;
    private long lastNanos;

    /** What follows a generation; nothing where nobody observes it, because a listener takes a thread. */
    static GenerationListener of(
            Observation observation, ChatModelObservationContext context, ChatResponseMapper responses) {
        return observation.isNoop() ? GenerationListener.NONE : new ObservedGeneration(observation, context, responses);
    }

    private ObservedGeneration(
            Observation observation, ChatModelObservationContext context, ChatResponseMapper responses) {
        this.observation = observation;
        this.context = context;
        this.responses = responses;
        context.put(TokenIntervals.class, new TokenIntervals(intervals));
    }

    /**
     * The times from one delivery of tokens to the next, in the context of an observation under this class.
     *
     * @param all in order
     */
    record TokenIntervals(List<Duration> all) {}

    @Override
    public void onStarted(Start start) {
        tellQueued();
        prompt = start;
        observation.event(GenerationEvent.STARTED);
    }

    @Override
    public void onChunk(TokenChunk chunk) {
        if (chunk.tokens().isEmpty()) {
            return;
        }
        long now = System.nanoTime();
        if (tokens == 0) {
            observation.event(GenerationEvent.FIRST_TOKEN);
        } else {
            intervals.add(Duration.ofNanos(now - lastNanos));
        }
        lastNanos = now;
        tokens += chunk.tokens().size();
    }

    @Override
    public void onFinished(GenerationResult result) {
        tellQueued();
        context.setResponse(responses.whole(result));
        observation.event(GenerationEvent.FINISHED);
    }

    @Override
    public void onFailed(TidarException failure) {
        tellQueued();
        context.setResponse(responses.failed(prompt, tokens));
    }

    /** Only a request that was accepted was queued, and that is known by the first call. */
    private void tellQueued() {
        if (!isQueuedTold) {
            isQueuedTold = true;
            observation.event(GenerationEvent.QUEUED.at(submitted));
        }
    }
}
