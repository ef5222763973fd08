package dev.tidar.spring;

import dev.tidar.api.GenerationStats;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import org.springframework.ai.chat.metadata.ChatResponseMetadata;
import org.springframework.ai.chat.model.ChatResponse;
import org.springframework.ai.chat.observation.ChatModelObservationContext;

/**
 * Counts emitted tokens and decode forwards by layout, and times the parts of an answer, from the observations of a
 * {@link TidarChatModel}. The tokens per forward of a period follow from the increase of both counts.
 */
public class TidarMeterObservationHandler implements ObservationHandler<ChatModelObservationContext> {
    private final MeterRegistry registry;

    public TidarMeterObservationHandler(MeterRegistry registry) {
        this.registry = registry;
    }

    @Override
    public boolean supportsContext(Observation.Context context) {
        return context instanceof ChatModelObservationContext chat
                && chat.getOperationMetadata().provider().equals(TidarChatModel.PROVIDER);
    }

    @Override
    public void onStop(ChatModelObservationContext context) {
        ChatResponse response = context.getResponse();
        if (response == null) {
            return;
        }
        ChatResponseMetadata about = response.getMetadata();
        String layout = about.getOrDefault(TidarMetadata.LAYOUT, "none");
        Tags tags = Tags.of("layout", layout, "lossy", String.valueOf(about.getOrDefault(TidarMetadata.LOSSY, false)));
        counter("tidar.tokens", "emitted tokens", tags)
                .increment(about.getUsage().getCompletionTokens());
        counter("tidar.forwards", "decode forwards, the prefill not counted", tags)
                .increment(about.getOrDefault(TidarMetadata.FORWARDS, 0));
        if (about.getUsage().getNativeUsage() instanceof GenerationStats stats) {
            time(stats);
        }
    }

    /** An answer without a token was cancelled before the end of its prefill, so only its time in the queue counts. */
    private void time(GenerationStats stats) {
        timer("tidar.queue.time", "from submission to the start of the prefill").record(stats.queued());
        if (stats.tokens() > 0) {
            timer("tidar.prefill.time", "from the start of the prefill to the first token")
                    .record(stats.prefill());
            timer("tidar.time.to.first.token", "from submission to the first token")
                    .record(stats.queued().plus(stats.prefill()));
            timer("tidar.decode.time", "from the first token to the end").record(stats.decode());
        }
    }

    private Timer timer(String name, String description) {
        return Timer.builder(name).description(description).register(registry);
    }

    private Counter counter(String name, String description, Tags tags) {
        return Counter.builder(name).description(description).tags(tags).register(registry);
    }
}
