package dev.tidar.spring;

import dev.tidar.api.GenerationResult;
import dev.tidar.api.GenerationStats;
import dev.tidar.api.TokenChunk;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.springframework.ai.chat.messages.AssistantMessage;
import org.springframework.ai.chat.metadata.ChatGenerationMetadata;
import org.springframework.ai.chat.metadata.ChatResponseMetadata;
import org.springframework.ai.chat.metadata.DefaultUsage;
import org.springframework.ai.chat.model.ChatResponse;
import org.springframework.ai.chat.model.Generation;

/**
 * Turns what the engine says about one generation into Spring AI's responses, for blocking calls and for streams alike.
 * Immutable.
 *
 * @param id id of every response of this generation
 * @param model name of the loaded model
 * @param device device that computes
 */
record ChatResponseMapper(String id, String model, String device) {

    /** The text of one step, without a finish reason and without usage. */
    ChatResponse chunk(TokenChunk chunk) {
        var metadata = ChatGenerationMetadata.builder()
                .metadata(TidarMetadata.STEP, chunk.step())
                .metadata(
                        TidarMetadata.TOKENS,
                        chunk.tokens().stream()
                                .map(token ->
                                        Map.<String, Object>of("text", token.text(), "accepted", token.accepted()))
                                .toList())
                .build();
        return response(chunk.text(), metadata, responseMetadata().build());
    }

    /** The end of a stream: no text, but finish reason, usage and statistics. */
    ChatResponse end(GenerationResult result) {
        return finished("", result);
    }

    /** The whole answer with finish reason, usage and statistics. */
    ChatResponse whole(GenerationResult result) {
        return finished(result.text(), result);
    }

    private ChatResponse finished(String text, GenerationResult result) {
        var metadata = ChatGenerationMetadata.builder()
                .finishReason(result.finishReason().name().toLowerCase(Locale.ROOT))
                .build();
        GenerationStats stats = result.stats();
        var about = responseMetadata()
                .usage(new DefaultUsage(stats.promptTokens(), stats.tokens(), null, stats))
                .keyValue(TidarMetadata.FORWARDS, stats.forwards())
                .keyValue(TidarMetadata.TOKENS_PER_FORWARD, stats.tokensPerForward())
                .keyValue(TidarMetadata.TOKENS_PER_SECOND, stats.tokensPerSecond())
                .keyValue(TidarMetadata.KEPT, Collections.unmodifiableSortedMap(stats.keptHistogram()))
                .keyValue(TidarMetadata.LAYOUT, stats.layout())
                .keyValue(TidarMetadata.SEED, result.seed())
                .keyValue(TidarMetadata.DEVICE, device)
                .keyValue(TidarMetadata.QUEUED_MILLIS, stats.queued().toMillis())
                .keyValue(TidarMetadata.PREFILL_MILLIS, stats.prefill().toMillis())
                .keyValue(TidarMetadata.DECODE_MILLIS, stats.decode().toMillis());
        return response(text, metadata, about.build());
    }

    private ChatResponseMetadata.Builder responseMetadata() {
        return ChatResponseMetadata.builder().id(id).model(model);
    }

    private static ChatResponse response(String text, ChatGenerationMetadata metadata, ChatResponseMetadata about) {
        return new ChatResponse(List.of(new Generation(new AssistantMessage(text), metadata)), about);
    }
}
