package dev.tidar.spring;

import dev.tidar.api.DecodeMode;
import dev.tidar.api.GenerationRequest;
import dev.tidar.api.Groups;
import dev.tidar.api.LogProbs;
import dev.tidar.api.RequestOption;
import dev.tidar.api.RequestOptions;
import dev.tidar.api.Tools;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.ai.chat.prompt.ChatOptions;
import org.springframework.ai.model.tool.DefaultToolCallingChatOptions;
import org.springframework.ai.model.tool.StructuredOutputChatOptions;
import org.springframework.ai.tool.ToolCallback;

/**
 * Options of one request to a {@link TidarChatModel}. Immutable. An option that is unset has the value that the options
 * of the model have; a sampling option that is unset there too has that of the checkpoint's
 * {@code generation_config.json}. {@link RequestOption} says the range of each option.
 *
 * <p>Every option is honoured, those of Spring AI as well. A value out of range, and the name of another model, are
 * rejected by name when the request is made.
 *
 * <p>Mode, draft length, outcomes, groups and beta are one choice: a request that sets none of them is decoded in the
 * layout that the engine was loaded with ({@code tidar.mode} and its neighbours). Schema, regex and choices are one
 * choice as well: a request may set one of them.
 */
public final class TidarChatOptions extends DefaultToolCallingChatOptions implements StructuredOutputChatOptions {

    private final RequestOptions own;

    private TidarChatOptions(RequestOptions own, Portable portable) {
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
        return own.get(RequestOption.MIN_P).orElse(null);
    }

    /** Keeps the fewest most typical tokens whose probabilities add up to p, in (0, 1]; 1 is off. */
    public @Nullable Double getTypicalP() {
        return own.get(RequestOption.TYPICAL_P).orElse(null);
    }

    /** Makes tokens that prompt or answer contain less likely, in [0.01, 100]; 1 is off. */
    public @Nullable Double getRepetitionPenalty() {
        return own.get(RequestOption.REPETITION_PENALTY).orElse(null);
    }

    /** Added to the logits of these token ids before anything else, each in [-100, 100]. */
    public @Nullable Map<Integer, Double> getLogitBias() {
        return own.get(RequestOption.LOGIT_BIAS).orElse(null);
    }

    /** Equal requests with equal seeds give equal text. Unset lets the engine choose a seed and report it. */
    public @Nullable Long getSeed() {
        return own.get(RequestOption.SEED).orElse(null);
    }

    /** Tokens to emit at least: no stop id is sampled and no stop sequence is looked for before. */
    public @Nullable Integer getMinTokens() {
        return own.get(RequestOption.MIN_TOKENS).orElse(null);
    }

    /** Tokens that end the answer, besides those of the model. */
    public @Nullable Set<Integer> getStopIds() {
        return own.get(RequestOption.STOP_IDS).orElse(null);
    }

    /** Whether stop ids of the model are emitted like any other token and end nothing. Not with a format. */
    public @Nullable Boolean getIgnoreEos() {
        return own.get(RequestOption.IGNORE_EOS).orElse(null);
    }

    /** Most likely tokens to report with each token, 0 to {@value LogProbs#MAX}: {@link TidarMetadata#LOG_PROBS}. */
    public @Nullable Integer getLogProbs() {
        return own.get(RequestOption.LOG_PROBS).orElse(null);
    }

    /** JSON schema that the answer keeps to: the engine emits only tokens that the schema allows. */
    @Override
    public @Nullable String getOutputSchema() {
        return own.get(RequestOption.JSON_SCHEMA).orElse(null);
    }

    /** Regular expression that the answer matches as a whole. */
    public @Nullable String getRegex() {
        return own.get(RequestOption.REGEX).orElse(null);
    }

    /** Texts of which the answer is one. */
    public @Nullable List<String> getChoices() {
        return own.get(RequestOption.CHOICES).orElse(null);
    }

    /** Layout of the decode steps; changes speed, never tokens. Unset is AUTO. */
    public @Nullable DecodeMode getMode() {
        return own.get(RequestOption.MODE).orElse(null);
    }

    /** Rows of a draft block, the anchor included. Unset is the trained block of the model. */
    public @Nullable Integer getDraftLength() {
        return own.get(RequestOption.DRAFT_LENGTH).orElse(null);
    }

    /** Trust in the verify rows, 0 to 1. Below 1 is lossy, and needs mode SINGLE_PASS with all outcomes. Unset is 1. */
    public @Nullable Double getBeta() {
        return own.get(RequestOption.BETA).orElse(null);
    }

    /**
     * Kept counts for which single-pass steps carry a group; with none, steps that draft and steps that verify
     * alternate. Unset is all of them.
     */
    public @Nullable Set<Integer> getOutcomes() {
        return own.get(RequestOption.OUTCOMES).orElse(null);
    }

    /** Mask rows of each group of single-pass steps. Unset is AUTO: short ones where the checkpoint declares them. */
    public @Nullable Groups getGroups() {
        return own.get(RequestOption.GROUPS).orElse(null);
    }

    /** Time limit from submission; the answer then ends with finish reason {@code deadline}. Unset is the engine's. */
    public @Nullable Duration getTimeout() {
        return own.get(RequestOption.TIMEOUT).orElse(null);
    }

    /**
     * Only requests with the same salt share cached prefixes, and the time to the first token shows what was shared.
     * Set it from whom you have authenticated, never from what a caller sends; an application with many users does that
     * once, in a {@link PrefixCacheSaltResolver}, and then this must stay unset. Up to
     * {@value GenerationRequest#MAX_SALT_LENGTH} visible ASCII characters. Unset is one salt for all.
     */
    public @Nullable String getCacheSalt() {
        return own.get(RequestOption.CACHE_SALT).orElse(null);
    }

    /** Which of the tools the answer may or must call. Unset is auto. */
    public Tools.@Nullable Choice getToolChoice() {
        return own.get(RequestOption.TOOL_CHOICE).orElse(null);
    }

    /** What becomes of a call that {@link #getToolChoice()} requires and that is cut. Unset is an error. */
    public Tools.@Nullable AtLimit getToolCallAtLimit() {
        return own.get(RequestOption.TOOL_CALL_AT_LIMIT).orElse(null);
    }

    /** Whether the answer begins with thoughts, where the chat template has a switch; unset leaves it to that. */
    public @Nullable Boolean getThinking() {
        return own.get(RequestOption.THINKING).orElse(null);
    }

    /** Tokens that the thoughts may have at most. Unset is no limit. */
    public @Nullable Integer getThinkingBudget() {
        return own.get(RequestOption.THINKING_BUDGET).orElse(null);
    }

    /** The options of the engine that are set, including those in Spring AI's own fields. */
    public RequestOptions requestOptions() {
        RequestOptions all = own;
        all = set(all, RequestOption.TEMPERATURE, getTemperature());
        all = set(all, RequestOption.TOP_K, getTopK());
        all = set(all, RequestOption.TOP_P, getTopP());
        all = set(all, RequestOption.PRESENCE_PENALTY, getPresencePenalty());
        all = set(all, RequestOption.FREQUENCY_PENALTY, getFrequencyPenalty());
        all = set(all, RequestOption.MAX_TOKENS, getMaxTokens());
        return set(all, RequestOption.STOP, getStopSequences());
    }

    /** Those options with another value; null is unset. */
    private static <T> RequestOptions set(RequestOptions options, RequestOption<T> option, @Nullable T value) {
        return value == null ? options.without(option) : options.with(option, value);
    }

    public static Builder builder() {
        return new Builder();
    }

    @Override
    public Builder mutate() {
        Builder copy = PortableOptions.copyOf(this);
        copy.own = own;
        return copy;
    }

    /** These options if they are of this class, otherwise a copy of the portable ones among them. */
    static TidarChatOptions from(ChatOptions options) {
        return options instanceof TidarChatOptions own
                ? own
                : PortableOptions.copyOf(options).build();
    }

    /** These options, with what is unset taken from the defaults. A format here replaces any format of the defaults. */
    TidarChatOptions orDefaults(TidarChatOptions defaults) {
        Builder withoutFormat = defaults.mutate().outputSchema(null).regex(null).choices(null);
        return orElse(own.formats().isEmpty() ? defaults : withoutFormat.build());
    }

    /** These options, with what is unset taken from the others. */
    TidarChatOptions orElse(TidarChatOptions others) {
        Builder builder = PortableOptions.of(this, others);
        builder.own = own.orElse(others.own);
        return builder.build();
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
        private RequestOptions own = RequestOptions.NONE;

        private Builder() {}

        public Builder minP(@Nullable Double ratio) {
            return with(RequestOption.MIN_P, ratio);
        }

        public Builder typicalP(@Nullable Double probability) {
            return with(RequestOption.TYPICAL_P, probability);
        }

        public Builder repetitionPenalty(@Nullable Double factor) {
            return with(RequestOption.REPETITION_PENALTY, factor);
        }

        public Builder logitBias(@Nullable Map<Integer, Double> byTokenId) {
            return with(RequestOption.LOGIT_BIAS, byTokenId == null ? null : Map.copyOf(byTokenId));
        }

        public Builder seed(@Nullable Long value) {
            return with(RequestOption.SEED, value);
        }

        public Builder minTokens(@Nullable Integer tokens) {
            return with(RequestOption.MIN_TOKENS, tokens);
        }

        public Builder stopIds(@Nullable Set<Integer> tokenIds) {
            return with(RequestOption.STOP_IDS, tokenIds == null ? null : Set.copyOf(tokenIds));
        }

        public Builder ignoreEos(@Nullable Boolean ignore) {
            return with(RequestOption.IGNORE_EOS, ignore);
        }

        public Builder logProbs(@Nullable Integer top) {
            return with(RequestOption.LOG_PROBS, top);
        }

        @Override
        public Builder outputSchema(@Nullable String json) {
            return with(RequestOption.JSON_SCHEMA, json);
        }

        public Builder regex(@Nullable String expression) {
            return with(RequestOption.REGEX, expression);
        }

        public Builder choices(@Nullable List<String> texts) {
            return with(RequestOption.CHOICES, texts == null ? null : List.copyOf(texts));
        }

        public Builder mode(@Nullable DecodeMode layout) {
            return with(RequestOption.MODE, layout);
        }

        public Builder beta(@Nullable Double trust) {
            return with(RequestOption.BETA, trust);
        }

        public Builder draftLength(@Nullable Integer rows) {
            return with(RequestOption.DRAFT_LENGTH, rows);
        }

        public Builder outcomes(@Nullable Set<Integer> kept) {
            return with(RequestOption.OUTCOMES, kept == null ? null : Set.copyOf(kept));
        }

        public Builder groups(@Nullable Groups rows) {
            return with(RequestOption.GROUPS, rows);
        }

        public Builder timeout(@Nullable Duration time) {
            return with(RequestOption.TIMEOUT, time);
        }

        public Builder cacheSalt(@Nullable String salt) {
            return with(RequestOption.CACHE_SALT, salt);
        }

        public Builder toolChoice(Tools.@Nullable Choice choice) {
            return with(RequestOption.TOOL_CHOICE, choice);
        }

        public Builder toolCallAtLimit(Tools.@Nullable AtLimit atLimit) {
            return with(RequestOption.TOOL_CALL_AT_LIMIT, atLimit);
        }

        public Builder thinking(@Nullable Boolean on) {
            return with(RequestOption.THINKING, on);
        }

        public Builder thinkingBudget(@Nullable Integer tokens) {
            return with(RequestOption.THINKING_BUDGET, tokens);
        }

        private <T> Builder with(RequestOption<T> option, @Nullable T value) {
            own = set(own, option, value);
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
