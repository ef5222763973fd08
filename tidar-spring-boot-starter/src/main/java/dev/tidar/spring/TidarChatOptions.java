package dev.tidar.spring;

import dev.tidar.api.DecodeMode;
import dev.tidar.api.GenerationRequest;
import dev.tidar.api.Tools;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.ai.chat.prompt.ChatOptions;
import org.springframework.ai.model.tool.DefaultToolCallingChatOptions;
import org.springframework.ai.model.tool.ToolCallingChatOptions;
import org.springframework.ai.tool.ToolCallback;

/**
 * Options of one request to a {@link TidarChatModel}. Immutable; what is left unset comes from the options of the
 * model.
 *
 * <p>Honoured: {@code maxTokens}, {@code temperature} (unset is the default of the checkpoint), {@code stopSequences}
 * tools, and what is below. {@code topK}, {@code topP}, the penalties and the name of another model are refused when
 * the request is made, unless the value means "off".
 *
 * <p>Mode, draft length and outcomes are one choice: a request that sets none of them is decoded as the engine was told
 * to at load ({@code tidar.mode} and its neighbours).
 */
public final class TidarChatOptions extends DefaultToolCallingChatOptions {

    private final @Nullable Long seed;
    private final @Nullable DecodeMode mode;
    private final @Nullable Integer draftLength;
    private final @Nullable Set<Integer> outcomes;
    private final Tools.@Nullable Choice toolChoice;
    private final @Nullable Boolean thinking;
    private final @Nullable Integer thinkingBudget;
    private final @Nullable Duration timeout;
    private final @Nullable String cacheSalt;

    private TidarChatOptions(Builder from, Portable portable) {
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
        seed = from.seed;
        mode = from.mode;
        draftLength = from.draftLength;
        outcomes = from.outcomes;
        toolChoice = from.toolChoice;
        thinking = from.thinking;
        thinkingBudget = from.thinkingBudget;
        timeout = from.timeout;
        cacheSalt = from.cacheSalt;
    }

    /**
     * Seed of the noise: equal requests with equal seeds give equal text. Unset lets the engine choose and report one.
     */
    public @Nullable Long getSeed() {
        return seed;
    }

    /** Layout of the decode steps; changes speed, never tokens. Unset is AUTO. */
    public @Nullable DecodeMode getMode() {
        return mode;
    }

    /** Rows of a draft block, the anchor included. Unset is the trained block of the model. */
    public @Nullable Integer getDraftLength() {
        return draftLength;
    }

    /** Kept counts for which single-pass steps carry a group. Unset and empty are all of them. */
    public @Nullable Set<Integer> getOutcomes() {
        return outcomes;
    }

    /**
     * How long the answer may take from its submission. What there is by then is the answer, with the finish reason
     * {@code deadline}. Unset is the limit of the engine.
     */
    public @Nullable Duration getTimeout() {
        return timeout;
    }

    /**
     * Only requests with the same salt share cached prefixes, and how fast an answer begins tells what was shared. Set
     * it from whom you have authenticated, never from what a caller sends; an application with many users does that
     * once, in a {@link PrefixCacheSaltResolver}, and then this must stay unset. Up to
     * {@value GenerationRequest#MAX_SALT_LENGTH} visible ASCII characters. Unset is one salt for all.
     */
    public @Nullable String getCacheSalt() {
        return cacheSalt;
    }

    /** Which of the tools the answer may or must call. Unset is auto. */
    public Tools.@Nullable Choice getToolChoice() {
        return toolChoice;
    }

    /** Whether the answer begins with thoughts, where the model can be told. Unset is what its chat template does. */
    public @Nullable Boolean getThinking() {
        return thinking;
    }

    /** Tokens that the thoughts may have. Unset is as many as it takes. */
    public @Nullable Integer getThinkingBudget() {
        return thinkingBudget;
    }

    public static Builder builder() {
        return new Builder();
    }

    @Override
    public Builder mutate() {
        return copyOf(this)
                .seed(seed)
                .mode(mode)
                .draftLength(draftLength)
                .outcomes(outcomes)
                .toolChoice(toolChoice)
                .thinking(thinking)
                .thinkingBudget(thinkingBudget)
                .timeout(timeout)
                .cacheSalt(cacheSalt);
    }

    /** These options as they are if they are ours; otherwise the portable ones among them, whatever their class. */
    static TidarChatOptions from(ChatOptions options) {
        return options instanceof TidarChatOptions own ? own : copyOf(options).build();
    }

    /** These options, with what is unset taken from the others. */
    TidarChatOptions orElse(TidarChatOptions others) {
        return builder()
                .model(first(others, ChatOptions::getModel))
                .frequencyPenalty(first(others, ChatOptions::getFrequencyPenalty))
                .maxTokens(first(others, ChatOptions::getMaxTokens))
                .presencePenalty(first(others, ChatOptions::getPresencePenalty))
                .stopSequences(first(others, ChatOptions::getStopSequences))
                .temperature(first(others, ChatOptions::getTemperature))
                .topK(first(others, ChatOptions::getTopK))
                .topP(first(others, ChatOptions::getTopP))
                .toolCallbacks(first(others, ToolCallingChatOptions::getToolCallbacks))
                .toolContext(first(others, ToolCallingChatOptions::getToolContext))
                .seed(first(others, TidarChatOptions::getSeed))
                .mode(first(others, TidarChatOptions::getMode))
                .draftLength(first(others, TidarChatOptions::getDraftLength))
                .outcomes(first(others, TidarChatOptions::getOutcomes))
                .toolChoice(first(others, TidarChatOptions::getToolChoice))
                .thinking(first(others, TidarChatOptions::getThinking))
                .thinkingBudget(first(others, TidarChatOptions::getThinkingBudget))
                .timeout(first(others, TidarChatOptions::getTimeout))
                .cacheSalt(first(others, TidarChatOptions::getCacheSalt))
                .build();
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
        return options instanceof ToolCallingChatOptions tools
                ? copy.toolCallbacks(tools.getToolCallbacks()).toolContext(tools.getToolContext())
                : copy;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return super.equals(other)
                && other instanceof TidarChatOptions that
                && Objects.equals(seed, that.seed)
                && mode == that.mode
                && Objects.equals(draftLength, that.draftLength)
                && Objects.equals(outcomes, that.outcomes)
                && Objects.equals(toolChoice, that.toolChoice)
                && Objects.equals(thinking, that.thinking)
                && Objects.equals(thinkingBudget, that.thinkingBudget)
                && Objects.equals(timeout, that.timeout)
                && Objects.equals(cacheSalt, that.cacheSalt);
    }

    @Override
    public int hashCode() {
        return Objects.hash(
                super.hashCode(),
                seed,
                mode,
                draftLength,
                outcomes,
                toolChoice,
                thinking,
                thinkingBudget,
                timeout,
                cacheSalt);
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
    public static final class Builder extends DefaultToolCallingChatOptions.Builder<Builder> {
        private @Nullable Long seed;
        private @Nullable DecodeMode mode;
        private @Nullable Integer draftLength;
        private @Nullable Set<Integer> outcomes;
        private Tools.@Nullable Choice toolChoice;
        private @Nullable Boolean thinking;
        private @Nullable Integer thinkingBudget;
        private @Nullable Duration timeout;
        private @Nullable String cacheSalt;

        private Builder() {}

        public Builder seed(@Nullable Long value) {
            seed = value;
            return this;
        }

        public Builder mode(@Nullable DecodeMode layout) {
            mode = layout;
            return this;
        }

        public Builder draftLength(@Nullable Integer rows) {
            draftLength = rows;
            return this;
        }

        public Builder outcomes(@Nullable Set<Integer> kept) {
            outcomes = kept == null ? null : Set.copyOf(kept);
            return this;
        }

        public Builder timeout(@Nullable Duration time) {
            timeout = time;
            return this;
        }

        public Builder cacheSalt(@Nullable String salt) {
            cacheSalt = salt;
            return this;
        }

        public Builder toolChoice(Tools.@Nullable Choice choice) {
            toolChoice = choice;
            return this;
        }

        public Builder thinking(@Nullable Boolean on) {
            thinking = on;
            return this;
        }

        public Builder thinkingBudget(@Nullable Integer tokens) {
            thinkingBudget = tokens;
            return this;
        }

        @Override
        public Builder combineWith(ChatOptions.Builder<?> other) {
            super.combineWith(other);
            if (other instanceof Builder that) {
                seed = that.seed != null ? that.seed : seed;
                mode = that.mode != null ? that.mode : mode;
                draftLength = that.draftLength != null ? that.draftLength : draftLength;
                outcomes = that.outcomes != null ? that.outcomes : outcomes;
                toolChoice = that.toolChoice != null ? that.toolChoice : toolChoice;
                thinking = that.thinking != null ? that.thinking : thinking;
                thinkingBudget = that.thinkingBudget != null ? that.thinkingBudget : thinkingBudget;
                timeout = that.timeout != null ? that.timeout : timeout;
                cacheSalt = that.cacheSalt != null ? that.cacheSalt : cacheSalt;
            }
            return this;
        }

        @Override
        public TidarChatOptions build() {
            return new TidarChatOptions(
                    this,
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
