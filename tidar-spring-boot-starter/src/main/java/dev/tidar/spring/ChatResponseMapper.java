package dev.tidar.spring;

import dev.tidar.api.Answer;
import dev.tidar.api.GenerationListener;
import dev.tidar.api.GenerationResult;
import dev.tidar.api.GenerationStats;
import dev.tidar.api.LogProbs;
import dev.tidar.api.TokenChunk;
import dev.tidar.api.ToolCall;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.springframework.ai.chat.messages.AssistantMessage;
import org.springframework.ai.chat.metadata.ChatGenerationMetadata;
import org.springframework.ai.chat.metadata.ChatResponseMetadata;
import org.springframework.ai.chat.metadata.DefaultUsage;
import org.springframework.ai.chat.model.ChatResponse;
import org.springframework.ai.chat.model.Generation;

/**
 * Turns the engine's reports on one generation into Spring AI's responses, for blocking calls and for streams alike.
 * Immutable.
 *
 * @param id id of every response of this generation
 * @param model name of the model
 * @param device returns the device that computes; called when an answer ends
 * @param reportHits whether to report how many tokens of a prompt were cached
 */
record ChatResponseMapper(String id, String model, Supplier<String> device, boolean reportHits) {

    /**
     * The chunk for what one step made final: text, and thoughts in the metadata, without a finish reason and without
     * usage.
     */
    ChatResponse chunk(TokenChunk chunk) {
        var metadata = ChatGenerationMetadata.builder()
                .metadata(TidarMetadata.STEP, chunk.step())
                .metadata(
                        TidarMetadata.TOKENS,
                        chunk.tokens().stream()
                                .map(token ->
                                        Map.<String, Object>of("text", token.text(), "accepted", token.accepted()))
                                .toList());
        chunk.origin().ifPresent(origin -> metadata.metadata(TidarMetadata.ORIGIN, origin));
        logProbs(
                chunk.tokens().stream().map(TokenChunk.Token::id).toList(),
                chunk.tokens().stream()
                        .flatMap(token -> token.logProbs().stream())
                        .toList(),
                metadata);
        Answer made = Answer.of(chunk.parts());
        if (!made.reasoning().isEmpty()) {
            metadata.metadata(TidarMetadata.THINKING, made.reasoning());
        }
        return response(
                message(made.text(), List.of(), ""),
                metadata.build(),
                responseMetadata().build());
    }

    /**
     * The last chunk of a stream: it has no text, but the finish reason, usage, statistics and all tool calls. The
     * calls come together because Spring AI asks the model again for each chunk that has some.
     */
    ChatResponse end(GenerationResult result) {
        Answer answer = result.answer();
        return finished(message("", answer.toolCalls(), answer.reasoning()), generationMetadata(result, ""), result);
    }

    /** The whole answer with its finish reason, usage and statistics. */
    ChatResponse whole(GenerationResult result) {
        Answer answer = result.answer();
        var metadata = generationMetadata(result, answer.reasoning());
        logProbs(result.tokens(), result.logProbs(), metadata);
        return finished(message(answer.text(), answer.toolCalls(), answer.reasoning()), metadata, result);
    }

    /**
     * What a generation has used that failed: no answer, but the tokens that were computed for it.
     *
     * @param prompt of a prefill that had begun, or zeros
     * @param tokens emitted tokens
     */
    ChatResponse failed(GenerationListener.Start prompt, int tokens) {
        var usage = usage(prompt.promptTokens(), prompt.cachedTokens(), tokens, null);
        return new ChatResponse(List.of(), responseMetadata().usage(usage).build());
    }

    private static ChatGenerationMetadata.Builder generationMetadata(GenerationResult result, String thinking) {
        var metadata = ChatGenerationMetadata.builder()
                .finishReason(result.finishReason().name().toLowerCase(Locale.ROOT));
        result.closedByLimit().ifPresent(place -> metadata.metadata(TidarMetadata.CLOSED_BY_LIMIT, place));
        return thinking.isEmpty() ? metadata : metadata.metadata(TidarMetadata.THINKING, thinking);
    }

    /** @param logProbs one entry for each token, or none where the request did not ask for them */
    private static void logProbs(
            List<Integer> tokens, List<LogProbs> logProbs, ChatGenerationMetadata.Builder metadata) {
        if (!logProbs.isEmpty()) {
            metadata.metadata(
                    TidarMetadata.LOG_PROBS,
                    IntStream.range(0, tokens.size())
                            .mapToObj(i -> Map.<String, Object>of(
                                    "id",
                                    tokens.get(i),
                                    "logProb",
                                    logProbs.get(i).logProb(),
                                    "top",
                                    logProbs.get(i).top()))
                            .toList());
        }
    }

    private ChatResponse finished(
            AssistantMessage message, ChatGenerationMetadata.Builder metadata, GenerationResult result) {
        GenerationStats stats = reportHits ? result.stats() : withoutHits(result.stats());
        var about = responseMetadata()
                .usage(usage(stats.promptTokens(), stats.cachedTokens(), stats.tokens(), stats))
                .keyValue(TidarMetadata.PREEMPTIONS, stats.preemptions())
                .keyValue(TidarMetadata.FORWARDS, stats.forwards())
                .keyValue(TidarMetadata.TOKENS_PER_FORWARD, stats.tokensPerForward())
                .keyValue(TidarMetadata.TOKENS_PER_SECOND, stats.tokensPerSecond())
                .keyValue(TidarMetadata.KEPT, Collections.unmodifiableSortedMap(stats.keptHistogram()))
                .keyValue(TidarMetadata.LAYOUT, stats.layout())
                .keyValue(TidarMetadata.LOSSY, stats.lossy())
                .keyValue(TidarMetadata.SEED, result.seed())
                .keyValue(TidarMetadata.DEVICE, device.get())
                .keyValue(TidarMetadata.QUEUED_MILLIS, stats.queued().toMillis())
                .keyValue(TidarMetadata.PREFILL_MILLIS, stats.prefill().toMillis())
                .keyValue(TidarMetadata.DECODE_MILLIS, stats.decode().toMillis());
        if (reportHits) {
            about.keyValue(TidarMetadata.CACHED_TOKENS, stats.cachedTokens());
        }
        return response(message, metadata.build(), about.build());
    }

    private DefaultUsage usage(int promptTokens, int cachedTokens, int tokens, @Nullable GenerationStats stats) {
        Long cached = reportHits ? (long) cachedTokens : null;
        return new DefaultUsage(promptTokens, tokens, promptTokens + tokens, stats, cached, null);
    }

    private static GenerationStats withoutHits(GenerationStats stats) {
        return new GenerationStats(
                stats.promptTokens(),
                0,
                stats.tokens(),
                stats.forwards(),
                stats.draftForwards(),
                stats.kept(),
                stats.layout(),
                stats.lossy(),
                stats.preemptions(),
                stats.queued(),
                stats.prefill(),
                stats.decode());
    }

    private ChatResponseMetadata.Builder responseMetadata() {
        return ChatResponseMetadata.builder().id(id).model(model);
    }

    /** @param reasoning all thoughts, which the message carries into the history of the conversation */
    private static AssistantMessage message(String text, List<ToolCall> calls, String reasoning) {
        return AssistantMessage.builder()
                .content(text)
                .toolCalls(calls.stream()
                        .map(call ->
                                new AssistantMessage.ToolCall(call.id(), "function", call.name(), call.arguments()))
                        .toList())
                .properties(reasoning.isEmpty() ? Map.of() : Map.of(TidarMetadata.REASONING_CONTENT, reasoning))
                .build();
    }

    private static ChatResponse response(
            AssistantMessage message, ChatGenerationMetadata metadata, ChatResponseMetadata about) {
        return new ChatResponse(List.of(new Generation(message, metadata)), about);
    }
}
