package dev.tidar.spring;

import dev.tidar.api.DecodeMode;
import dev.tidar.api.GenerationRequest;
import dev.tidar.api.LogProbs;
import dev.tidar.api.Tools;
import dev.tidar.spring.OptionValues.Option;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.ai.chat.prompt.ChatOptions;
import org.springframework.ai.model.tool.DefaultToolCallingChatOptions;
import org.springframework.ai.model.tool.StructuredOutputChatOptions;
import org.springframework.ai.model.tool.ToolCallingChatOptions;
import org.springframework.ai.tool.ToolCallback;

/**
 * Options of one request to a {@link TidarChatModel}. Immutable; what is left unset comes from the options of the
 * model, and what is unset there for sampling from the {@code generation_config.json} of the checkpoint.
 *
 * <p>Every option is honoured, those of Spring AI as well. What cannot be is refused by name when the request is made:
 * values out of range, and the name of another model.
 *
 * <p>Mode, draft length and outcomes are one choice: a request that sets none of them is decoded as the engine was told
 * to at load ({@code tidar.mode} and its neighbours). So are schema, regex and choices: a request may set one of them.
 */
public final class TidarChatOptions extends DefaultToolCallingChatOptions implements StructuredOutputChatOptions {

    private static final Option<Double> MIN_P = new Option<>("minP");
    private static final Option<Double> TYPICAL_P = new Option<>("typicalP");
    private static final Option<Double> REPETITION_PENALTY = new Option<>("repetitionPenalty");
    private static final Option<Map<Integer, Double>> LOGIT_BIAS = new Option<>("logitBias");
    private static final Option<Long> SEED = new Option<>("seed");
    private static final Option<Integer> MIN_TOKENS = new Option<>("minTokens");
    private static final Option<Set<Integer>> STOP_IDS = new Option<>("stopIds");
    private static final Option<Boolean> IGNORE_EOS = new Option<>("ignoreEos");
    private static final Option<Integer> LOG_PROBS = new Option<>("logProbs");
    private static final Option<String> OUTPUT_SCHEMA = new Option<>("outputSchema");
    private static final Option<String> REGEX = new Option<>("regex");
    private static final Option<List<String>> CHOICES = new Option<>("choices");
    private static final Option<DecodeMode> MODE = new Option<>("mode");
    private static final Option<Double> BETA = new Option<>("beta");
    private static final Option<Integer> DRAFT_LENGTH = new Option<>("draftLength");
    private static final Option<Set<Integer>> OUTCOMES = new Option<>("outcomes");
    private static final Option<Tools.Choice> TOOL_CHOICE = new Option<>("toolChoice");
    private static final Option<Boolean> THINKING = new Option<>("thinking");
    private static final Option<Integer> THINKING_BUDGET = new Option<>("thinkingBudget");
    private static final Option<Duration> TIMEOUT = new Option<>("timeout");
    private static final Option<String> CACHE_SALT = new Option<>("cacheSalt");

    private final OptionValues own;

    private TidarChatOptions(OptionValues own, Portable portable) {
        super(
                portable.toolCallbacks,
                portable.toolContext,
                portable.model,
                portable.frequencyPenalty,
                portable.maxTokens,
                portable.presencePenalty,
                portable.stopSequences,
                portable.temperature,
                portable.topK,
                portable.topP);
        this.own = own;
    }

    /** Keeps tokens at least p times as likely as the most likely, in [0, 1]; 0 is off. */
    public @Nullable Double getMinP() {
        return own.get(MIN_P);
    }

    /** Keeps the fewest tokens of the most expected surprise whose probabilities add up to p, in (0, 1]; 1 is off. */
    public @Nullable Double getTypicalP() {
        return own.get(TYPICAL_P);
    }

    /**
     * Divides positive logits of tokens in prompt and answer and multiplies their other ones, in [0.01, 100]; 1 is off.
     */
    public @Nullable Double getRepetitionPenalty() {
        return own.get(REPETITION_PENALTY);
    }

    /** Added to the logits of these token ids before anything else, each in [-100, 100]. */
    public @Nullable Map<Integer, Double> getLogitBias() {
        return own.get(LOGIT_BIAS);
    }

    /**
     * Seed of the noise: equal requests with equal seeds give equal text. Unset lets the engine choose and report one.
     */
    public @Nullable Long getSeed() {
        return own.get(SEED);
    }

    /** Tokens to emit at least: no stop id is sampled and no stop sequence looked for before. */
    public @Nullable Integer getMinTokens() {
        return own.get(MIN_TOKENS);
    }

    /** Tokens that end the answer, besides those of the model. */
    public @Nullable Set<Integer> getStopIds() {
        return own.get(STOP_IDS);
    }

    /** Whether stop ids of the model are emitted like any other token and end nothing. Not with a format. */
    public @Nullable Boolean getIgnoreEos() {
        return own.get(IGNORE_EOS);
    }

    /**
     * How many most likely tokens are told with each token and its log-probability, 0 to {@value LogProbs#MOST}; see
     * {@link TidarMetadata#LOG_PROBS}. Unset tells none.
     */
    public @Nullable Integer getLogProbs() {
        return own.get(LOG_PROBS);
    }

    /** JSON schema that the answer keeps to: the engine lets no other token be emitted. */
    @Override
    public @Nullable String getOutputSchema() {
        return own.get(OUTPUT_SCHEMA);
    }

    /** Regular expression that the answer matches as a whole. */
    public @Nullable String getRegex() {
        return own.get(REGEX);
    }

    /** Texts of which the answer is one. */
    public @Nullable List<String> getChoices() {
        return own.get(CHOICES);
    }

    /** Layout of the decode steps; changes speed, never tokens. Unset is AUTO. */
    public @Nullable DecodeMode getMode() {
        return own.get(MODE);
    }

    /** Rows of a draft block, the anchor included. Unset is the trained block of the model. */
    public @Nullable Integer getDraftLength() {
        return own.get(DRAFT_LENGTH);
    }

    /** Trust in autoregression, 0 to 1. Below 1 is lossy, and needs mode SINGLE_PASS with all outcomes. Unset is 1. */
    public @Nullable Double getBeta() {
        return own.get(BETA);
    }

    /** Kept counts for which single-pass steps carry a group. Unset and empty are all of them. */
    public @Nullable Set<Integer> getOutcomes() {
        return own.get(OUTCOMES);
    }

    /**
     * How long the answer may take from its submission. What there is by then is the answer, with the finish reason
     * {@code deadline}. Unset is the limit of the engine.
     */
    public @Nullable Duration getTimeout() {
        return own.get(TIMEOUT);
    }

    /**
     * Only requests with the same salt share cached prefixes, and how fast an answer begins tells what was shared. Set
     * it from whom you have authenticated, never from what a caller sends; an application with many users does that
     * once, in a {@link PrefixCacheSaltResolver}, and then this must stay unset. Up to
     * {@value GenerationRequest#MAX_SALT_LENGTH} visible ASCII characters. Unset is one salt for all.
     */
    public @Nullable String getCacheSalt() {
        return own.get(CACHE_SALT);
    }

    /** Which of the tools the answer may or must call. Unset is auto. */
    public Tools.@Nullable Choice getToolChoice() {
        return own.get(TOOL_CHOICE);
    }

    /** Whether the answer begins with thoughts, where the model can be told. Unset is what its chat template does. */
    public @Nullable Boolean getThinking() {
        return own.get(THINKING);
    }

    /** Tokens that the thoughts may have. Unset is as many as it takes. */
    public @Nullable Integer getThinkingBudget() {
        return own.get(THINKING_BUDGET);
    }

    public static Builder builder() {
        return new Builder();
    }

    @Override
    public Builder mutate() {
        Builder copy = copyOf(this);
        copy.own = own;
        return copy;
    }

    /** These options as they are if they are ours; otherwise the portable ones among them, whatever their class. */
    static TidarChatOptions from(ChatOptions options) {
        return options instanceof TidarChatOptions own ? own : copyOf(options).build();
    }

    /** These options, with what is unset taken from the others. */
    TidarChatOptions orElse(TidarChatOptions others) {
        Builder builder = builder()
                .model(first(others, ChatOptions::getModel))
                .frequencyPenalty(first(others, ChatOptions::getFrequencyPenalty))
                .maxTokens(first(others, ChatOptions::getMaxTokens))
                .presencePenalty(first(others, ChatOptions::getPresencePenalty))
                .stopSequences(first(others, ChatOptions::getStopSequences))
                .temperature(first(others, ChatOptions::getTemperature))
                .topK(first(others, ChatOptions::getTopK))
                .topP(first(others, ChatOptions::getTopP))
                .toolCallbacks(first(others, ToolCallingChatOptions::getToolCallbacks))
                .toolContext(first(others, ToolCallingChatOptions::getToolContext));
        builder.own = own.orElse(others.own);
        return builder.build();
    }

    private <T> @Nullable T first(TidarChatOptions others, Function<TidarChatOptions, @Nullable T> option) {
        T mine = option.apply(this);
        return mine != null ? mine : option.apply(others);
    }

    private static Builder copyOf(ChatOptions options) {
        Builder copy = builder()
                .model(options.getModel())
                .frequencyPenalty(options.getFrequencyPenalty())
                .maxTokens(options.getMaxTokens())
                .presencePenalty(options.getPresencePenalty())
                .stopSequences(options.getStopSequences())
                .temperature(options.getTemperature())
                .topK(options.getTopK())
                .topP(options.getTopP());
        if (options instanceof ToolCallingChatOptions tools) {
            copy.toolCallbacks(tools.getToolCallbacks()).toolContext(tools.getToolContext());
        }
        return options instanceof StructuredOutputChatOptions format
                ? copy.outputSchema(format.getOutputSchema())
                : copy;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return super.equals(other) && other instanceof TidarChatOptions that && own.equals(that.own);
    }

    @Override
    public int hashCode() {
        return Objects.hash(super.hashCode(), own);
    }

    /** The fields of Spring AI's builder, which only its subclass can read. */
    private record Portable(
            @Nullable List<ToolCallback> toolCallbacks,
            @Nullable Map<String, Object> toolContext,
            @Nullable String model,
            @Nullable Double frequencyPenalty,
            @Nullable Integer maxTokens,
            @Nullable Double presencePenalty,
            @Nullable List<String> stopSequences,
            @Nullable Double temperature,
            @Nullable Integer topK,
            @Nullable Double topP) {}

    /** Collects options; may be built from more than once. */
    public static final class Builder extends DefaultToolCallingChatOptions.Builder<Builder>
            implements StructuredOutputChatOptions.Builder<Builder> {
        private OptionValues own = OptionValues.NONE;

        private Builder() {}

        public Builder minP(@Nullable Double ratio) {
            return with(MIN_P, ratio);
        }

        public Builder typicalP(@Nullable Double probability) {
            return with(TYPICAL_P, probability);
        }

        public Builder repetitionPenalty(@Nullable Double factor) {
            return with(REPETITION_PENALTY, factor);
        }

        public Builder logitBias(@Nullable Map<Integer, Double> byTokenId) {
            return with(LOGIT_BIAS, byTokenId == null ? null : Map.copyOf(byTokenId));
        }

        public Builder seed(@Nullable Long value) {
            return with(SEED, value);
        }

        public Builder minTokens(@Nullable Integer tokens) {
            return with(MIN_TOKENS, tokens);
        }

        public Builder stopIds(@Nullable Set<Integer> tokenIds) {
            return with(STOP_IDS, tokenIds == null ? null : Set.copyOf(tokenIds));
        }

        public Builder ignoreEos(@Nullable Boolean ignore) {
            return with(IGNORE_EOS, ignore);
        }

        public Builder logProbs(@Nullable Integer top) {
            return with(LOG_PROBS, top);
        }

        @Override
        public Builder outputSchema(@Nullable String json) {
            return with(OUTPUT_SCHEMA, json);
        }

        public Builder regex(@Nullable String expression) {
            return with(REGEX, expression);
        }

        public Builder choices(@Nullable List<String> texts) {
            return with(CHOICES, texts == null ? null : List.copyOf(texts));
        }

        public Builder mode(@Nullable DecodeMode layout) {
            return with(MODE, layout);
        }

        public Builder beta(@Nullable Double trust) {
            return with(BETA, trust);
        }

        public Builder draftLength(@Nullable Integer rows) {
            return with(DRAFT_LENGTH, rows);
        }

        public Builder outcomes(@Nullable Set<Integer> kept) {
            return with(OUTCOMES, kept == null ? null : Set.copyOf(kept));
        }

        public Builder timeout(@Nullable Duration time) {
            return with(TIMEOUT, time);
        }

        public Builder cacheSalt(@Nullable String salt) {
            return with(CACHE_SALT, salt);
        }

        public Builder toolChoice(Tools.@Nullable Choice choice) {
            return with(TOOL_CHOICE, choice);
        }

        public Builder thinking(@Nullable Boolean on) {
            return with(THINKING, on);
        }

        public Builder thinkingBudget(@Nullable Integer tokens) {
            return with(THINKING_BUDGET, tokens);
        }

        private <T> Builder with(Option<T> option, @Nullable T value) {
            own = own.with(option, value);
            return this;
        }

        @Override
        public Builder combineWith(ChatOptions.Builder<?> other) {
            super.combineWith(other);
            if (other instanceof Builder that) {
                own = that.own.orElse(own);
            } else if (other.build() instanceof StructuredOutputChatOptions format
                    && format.getOutputSchema() != null) {
                return outputSchema(format.getOutputSchema());
            }
            return this;
        }

        @Override
        public TidarChatOptions build() {
            return new TidarChatOptions(
                    own,
                    new Portable(
                            toolCallbacks,
                            toolContext,
                            model,
                            frequencyPenalty,
                            maxTokens,
                            presencePenalty,
                            stopSequences,
                            temperature,
                            topK,
                            topP));
        }
    }
}
