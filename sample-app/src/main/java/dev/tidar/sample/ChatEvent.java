package dev.tidar.sample;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import dev.tidar.TidarEngine;
import dev.tidar.api.EngineStatus;
import dev.tidar.api.GenerationStep;
import dev.tidar.api.TidarException;
import dev.tidar.sample.guide.Guide;
import dev.tidar.sample.tool.ToolUse;
import dev.tidar.spring.TidarMetadata;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;
import org.springframework.ai.chat.metadata.ChatResponseMetadata;
import org.springframework.ai.chat.model.ChatResponse;
import org.springframework.ai.chat.model.Generation;

/** The events that the page receives while an answer is generated. */
sealed interface ChatEvent {

    /** Name of the server-sent event that carries this object. */
    @JsonIgnore
    String event();

    /**
     * The event for one response of the chat model: the last one has statistics, the others have text.
     *
     * @param withSteps whether chunks say how their steps came to their tokens
     */
    static ChatEvent of(ChatResponse response, TidarEngine engine, boolean withSteps) {
        Generation generation = Objects.requireNonNull(response.getResult(), "every response has a result");
        return response.getMetadata().containsKey(TidarMetadata.FORWARDS)
                ? Done.of(generation, response.getMetadata(), Statistics.of(response.getMetadata(), engine.status()))
                : Chunk.of(generation, withSteps ? Optional.of(engine) : Optional.empty());
    }

    /**
     * What one decode step emitted.
     *
     * @param step number of the step, 0 is the prefill
     * @param text text of the whole step
     * @param tokens its tokens in order
     * @param origin how the step came to them, where the request asks for it
     */
    record Chunk(
            int step,
            String text,
            List<Token> tokens,
            @JsonInclude(JsonInclude.Include.NON_ABSENT) Optional<StepOrigin> origin)
            implements ChatEvent {

        /** @param texts knows the texts of tokens; empty where the step is not asked for */
        static Chunk of(Generation generation, Optional<TidarEngine> texts) {
            Integer step = generation.getMetadata().get(TidarMetadata.STEP);
            List<Map<String, Object>> tokens = generation.getMetadata().get(TidarMetadata.TOKENS);
            return new Chunk(
                    Objects.requireNonNull(step, TidarMetadata.STEP),
                    Objects.requireNonNullElse(generation.getOutput().getText(), ""),
                    Objects.requireNonNull(tokens, TidarMetadata.TOKENS).stream()
                            .map(Token::of)
                            .toList(),
                    texts.flatMap(engine -> Optional.ofNullable(
                                    generation.getMetadata().<GenerationStep>get(TidarMetadata.ORIGIN))
                            .map(origin -> StepOrigin.of(origin, engine))));
        }

        @Override
        public String event() {
            return "chunk";
        }
    }

    /** A token's text, and whether it is an accepted draft rather than the sample that ended the step. */
    record Token(String text, boolean accepted) {

        private static Token of(Map<String, Object> token) {
            return new Token(String.valueOf(token.get("text")), Boolean.TRUE.equals(token.get("accepted")));
        }
    }

    /** The end of an answer: {@code stop}, {@code length}, {@code deadline} or {@code cancelled}, with its counts. */
    record Done(String finishReason, Usage usage, Statistics stats) implements ChatEvent {

        static Done of(Generation generation, ChatResponseMetadata about, Statistics figures) {
            return new Done(
                    Objects.requireNonNull(generation.getMetadata().getFinishReason(), "finish reason"),
                    Usage.of(about.getUsage()),
                    figures);
        }

        @Override
        public String event() {
            return "done";
        }
    }

    /**
     * Tokens of the prompt, of the answer, and of both.
     *
     * @param cachedTokens part of the prompt that was found in the prefix cache; empty where the starter does not
     *     report it
     */
    record Usage(int promptTokens, OptionalLong cachedTokens, int completionTokens, int totalTokens) {

        private static Usage of(org.springframework.ai.chat.metadata.Usage usage) {
            Long cached = usage.getCacheReadInputTokens();
            return new Usage(
                    usage.getPromptTokens(),
                    cached == null ? OptionalLong.empty() : OptionalLong.of(cached),
                    usage.getCompletionTokens(),
                    usage.getTotalTokens());
        }
    }

    /**
     * Figures of one answer.
     *
     * @param kept number of decode steps by the number of tokens that they emitted
     * @param seed as text, because a script reads whole numbers only up to 2^53
     */
    record Statistics(
            double tokensPerSecond,
            double tokensPerForward,
            int forwards,
            SortedMap<Integer, Integer> kept,
            String layout,
            long queuedMillis,
            long prefillMillis,
            long decodeMillis,
            String device,
            String backend,
            String seed) {

        /** From the metadata alone: after calls of tools, the usage is that of all rounds, and Spring AI's own. */
        static Statistics of(ChatResponseMetadata about, EngineStatus engine) {
            Map<Integer, Integer> kept = about.get(TidarMetadata.KEPT);
            return new Statistics(
                    value(about, TidarMetadata.TOKENS_PER_SECOND, Double.class),
                    value(about, TidarMetadata.TOKENS_PER_FORWARD, Double.class),
                    value(about, TidarMetadata.FORWARDS, Integer.class),
                    new TreeMap<>(Objects.requireNonNull(kept, TidarMetadata.KEPT)),
                    value(about, TidarMetadata.LAYOUT, String.class),
                    value(about, TidarMetadata.QUEUED_MILLIS, Long.class),
                    value(about, TidarMetadata.PREFILL_MILLIS, Long.class),
                    value(about, TidarMetadata.DECODE_MILLIS, Long.class),
                    engine.device(),
                    engine.backend(),
                    value(about, TidarMetadata.SEED, Long.class).toString());
        }

        private static <T> T value(ChatResponseMetadata about, String key, Class<T> type) {
            return type.cast(Objects.requireNonNull(about.<Object>get(key), key));
        }
    }

    /** What the guide has of a question, the closest first, before the answer that was written from it. */
    record Sources(List<Guide.Passage> passages) implements ChatEvent {

        @Override
        public String event() {
            return "sources";
        }
    }

    /** A tool that the model has called, before what it made of the result; the arguments are a JSON object. */
    record Called(String name, String arguments, String result) implements ChatEvent {

        static Called of(ToolUse use) {
            return new Called(use.name(), use.arguments(), use.result());
        }

        @Override
        public String event() {
            return "tool";
        }
    }

    /** A failure after the first event, when the HTTP status is already sent. */
    record Failed(String type, String message) implements ChatEvent {

        static Failed of(TidarException failure) {
            return new Failed(ProblemAdvice.title(failure), Objects.requireNonNullElse(failure.getMessage(), ""));
        }

        @Override
        public String event() {
            return "error";
        }
    }
}
