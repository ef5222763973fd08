package dev.tidar.spring;

import dev.tidar.api.GenerationStats;
import dev.tidar.spring.ObservedGeneration.TokenIntervals;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import java.time.Duration;
import java.util.stream.IntStream;
import org.springframework.ai.chat.metadata.ChatResponseMetadata;
import org.springframework.ai.chat.model.ChatResponse;
import org.springframework.ai.chat.observation.ChatModelObservationContext;

/**
 * Counts emitted tokens and decode forwards by layout, and times the parts of an answer, from the observations of a
 * {@link TidarChatModel}, each tagged with the model. The tokens per forward of a period follow from the increase of
 * both counts. Times have buckets, so that percentiles can be computed over several instances.
 */
public class TidarMeterObservationHandler implements ObservationHandler<ChatModelObservationContext> {

    private static final Duration[] BUCKETS = IntStream.of(
                    1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 30_000, 60_000)
            .mapToObj(Duration::ofMillis)
            .toArray(Duration[]::new);

    private static final double[] YIELDS = {1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 12};

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
        Tags model = Tags.of("model", about.getModel());
        Tags tags =
                model.and("layout", layout, "lossy", String.valueOf(about.getOrDefault(TidarMetadata.LOSSY, false)));
        counter("tidar.tokens", "emitted tokens", tags)
                .increment(about.getUsage().getCompletionTokens());
        counter("tidar.forwards", "decode forwards, the prefill not counted", tags)
                .increment(about.getOrDefault(TidarMetadata.FORWARDS, 0));
        if (about.getUsage().getNativeUsage() instanceof GenerationStats stats) {
            time(stats, model);
        }
        TokenIntervals intervals = context.get(TokenIntervals.class);
        if (intervals != null) {
            Timer timer = timer("tidar.inter.token.latency", "from one delivery of tokens to the next", model);
            intervals.all().forEach(timer::record);
        }
    }

    /** An answer without a token was cancelled before the end of its prefill, so only its time in the queue counts. */
    private void time(GenerationStats stats, Tags model) {
        timer("tidar.queue.time", "from submission to the start of the prefill", model)
                .record(stats.queued());
        if (stats.tokens() > 0) {
            timer("tidar.prefill.time", "from the start of the prefill to the first token", model)
                    .record(stats.prefill());
            timer("tidar.time.to.first.token", "from submission to the first token", model)
                    .record(stats.queued().plus(stats.prefill()));
            timer("tidar.decode.time", "from the first token to the end", model).record(stats.decode());
        }
        if (stats.forwards() > 0) {
            DistributionSummary.builder("tidar.tokens.per.forward")
                    .description("emitted tokens of an answer per decode forward, the first token not counted")
                    .serviceLevelObjectives(YIELDS)
                    .tags(model)
                    .register(registry)
                    .record(stats.tokensPerForward());
        }
    }

    private Timer timer(String name, String description, Tags model) {
        return Timer.builder(name)
                .description(description)
                .serviceLevelObjectives(BUCKETS)
                .tags(model)
                .register(registry);
    }

    private Counter counter(String name, String description, Tags tags) {
        return Counter.builder(name).description(description).tags(tags).register(registry);
    }
}
