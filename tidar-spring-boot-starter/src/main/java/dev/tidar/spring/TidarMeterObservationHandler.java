package dev.tidar.spring;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import org.springframework.ai.chat.metadata.ChatResponseMetadata;
import org.springframework.ai.chat.model.ChatResponse;
import org.springframework.ai.chat.observation.ChatModelObservationContext;

/**
 * Counts emitted tokens and decode forwards by layout, from the observations of a {@link TidarChatModel}. Their ratio
 * over a time is the tokens per forward of that time.
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
        counter("tidar.tokens", "emitted tokens", layout)
                .increment(about.getUsage().getCompletionTokens());
        counter("tidar.forwards", "decode forwards, the prefill not counted", layout)
                .increment(about.getOrDefault(TidarMetadata.FORWARDS, 0));
    }

    private Counter counter(String name, String description, String layout) {
        return Counter.builder(name)
                .description(description)
                .tag("layout", layout)
                .register(registry);
    }
}
