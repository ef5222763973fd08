package dev.tidar.api;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.stream.Collectors;

/**
 * One option of a request. This table says the name, the range and the help of each option, and which part of a
 * {@link GenerationRequest} it sets. The records of a request check their values by it; the command line has a flag for
 * each row, files of requests have a key, and the Spring starter has a property under {@code tidar.chat}.
 *
 * @param <T> type of its values, which are immutable
 */
public final class RequestOption<T> {

    /** What a value is. Whoever reads values from text or JSON has a case for each. */
    public enum Type {
        FLAG,
        INTEGER,
        LONG,
        NUMBER,
        TEXT,
        TEXTS,
        JSON,
        TOKEN_IDS,
        BIAS_BY_TOKEN_ID,
        KEPT_COUNTS,
        MODE,
        GROUPS,
        DURATION,
        TOOL_CHOICE,
        TOOL_CALL_AT_LIMIT
    }

    // how tokens are sampled

    public static final RequestOption<Double> TEMPERATURE = new RequestOption<>(
            "temperature",
            Type.NUMBER,
            Rule.TEMPERATURE,
            sampling(Sampling.Builder::temperature),
            "Divides the logits; 0 is greedy.");

    public static final RequestOption<Integer> TOP_K = new RequestOption<>(
            "top-k",
            Type.INTEGER,
            Rule.atLeast(0),
            sampling(Sampling.Builder::topK),
            "Keeps the k most likely tokens; 0 is off.");

    public static final RequestOption<Double> TOP_P = new RequestOption<>(
            "top-p",
            Type.NUMBER,
            Rule.SHARE,
            sampling(Sampling.Builder::topP),
            "Keeps the fewest most likely tokens whose probabilities add up to p; 1 is off.");

    public static final RequestOption<Double> MIN_P = new RequestOption<>(
            "min-p",
            Type.NUMBER,
            Rule.in(0, 1),
            sampling(Sampling.Builder::minP),
            "Keeps tokens that are at least p times as likely as the most likely one; 0 is off.");

    public static final RequestOption<Double> TYPICAL_P = new RequestOption<>(
            "typical-p",
            Type.NUMBER,
            Rule.SHARE,
            sampling(Sampling.Builder::typicalP),
            "Keeps the fewest most typical tokens whose probabilities add up to p; 1 is off.");

    public static final RequestOption<Double> REPETITION_PENALTY = new RequestOption<>(
            "repetition-penalty",
            Type.NUMBER,
            Rule.in(0.01, 100),
            sampling(Sampling.Builder::repetitionPenalty),
            "Divides the positive logits of tokens that have appeared, and multiplies their negative ones; 1 is off.");

    public static final RequestOption<Double> PRESENCE_PENALTY = new RequestOption<>(
            "presence-penalty",
            Type.NUMBER,
            Rule.in(-2, 2),
            sampling(Sampling.Builder::presencePenalty),
            "Is subtracted from the logits of tokens that the answer has; 0 is off.");

    public static final RequestOption<Double> FREQUENCY_PENALTY = new RequestOption<>(
            "frequency-penalty",
            Type.NUMBER,
            Rule.in(-2, 2),
            sampling(Sampling.Builder::frequencyPenalty),
            "Is subtracted from the logits of tokens once for each time that the answer has them; 0 is off.");

    public static final RequestOption<Map<Integer, Double>> LOGIT_BIAS = new RequestOption<>(
            "logit-bias",
            Type.BIAS_BY_TOKEN_ID,
            Rule.BIASES,
            sampling(Sampling.Builder::logitBias),
            "Is added to the logits of these token ids before everything else.");

    public static final RequestOption<Long> SEED = new RequestOption<>(
            "seed",
            Type.LONG,
            Rule.none(),
            sampling(Sampling.Builder::seed),
            "Seed of the noise: equal requests with equal seeds have equal answers. Chosen by the engine if not set.");

    // where the answer ends

    public static final RequestOption<Integer> MAX_TOKENS = new RequestOption<>(
            "max-tokens",
            Type.INTEGER,
            Rule.atLeast(1),
            GenerationRequest.Builder::maxTokens,
            "Tokens to emit at most.");

    public static final RequestOption<Integer> MIN_TOKENS = new RequestOption<>(
            "min-tokens",
            Type.INTEGER,
            Rule.atLeast(0),
            GenerationRequest.Builder::minTokens,
            "Tokens to emit at least: no stop id is sampled and no stop string is looked for before.");

    public static final RequestOption<List<String>> STOP = new RequestOption<>(
            "stop",
            Type.TEXTS,
            Rule.STOP_STRINGS,
            GenerationRequest.Builder::stopStrings,
            "Texts that end the answer and do not show in it.");

    public static final RequestOption<Set<Integer>> STOP_IDS = new RequestOption<>(
            "stop-ids",
            Type.TOKEN_IDS,
            Rule.STOP_IDS,
            GenerationRequest.Builder::stopIds,
            "Token ids that end the answer, besides the stop ids of the model.");

    public static final RequestOption<Boolean> IGNORE_EOS = new RequestOption<>(
            "ignore-eos",
            Type.FLAG,
            Rule.none(),
            GenerationRequest.Builder::ignoreStopIds,
            "Whether stop ids of the model are emitted like any other token and end nothing.");

    public static final RequestOption<Duration> TIMEOUT = new RequestOption<>(
            "timeout",
            Type.DURATION,
            Rule.POSITIVE,
            GenerationRequest.Builder::timeout,
            "How long the answer may take from its submission; what was emitted until then is the answer.");

    // what the answer keeps to, and what is reported of it

    public static final RequestOption<String> JSON_SCHEMA = new RequestOption<>(
            "json-schema",
            Type.JSON,
            Rule.none(),
            (request, schema) -> request.format(new AnswerFormat.JsonSchema(schema)),
            "JSON schema that the answer keeps to.");

    public static final RequestOption<String> REGEX = new RequestOption<>(
            "regex",
            Type.TEXT,
            Rule.none(),
            (request, expression) -> request.format(new AnswerFormat.Regex(expression)),
            "Regular expression that the whole answer matches.");

    public static final RequestOption<List<String>> CHOICES = new RequestOption<>(
            "choices",
            Type.TEXTS,
            Rule.CHOICES,
            (request, texts) -> request.format(new AnswerFormat.Choices(texts)),
            "Texts of which the answer is one.");

    public static final RequestOption<Integer> LOG_PROBS = new RequestOption<>(
            "logprobs",
            Type.INTEGER,
            Rule.in(0, LogProbs.MAX),
            GenerationRequest.Builder::logProbs,
            "Reports the log-probability of each token, and those of this many most likely tokens.");

    // how it is decoded

    public static final RequestOption<DecodeMode> MODE = new RequestOption<>(
            "mode",
            Type.MODE,
            Rule.none(),
            decoding(Decoding::withMode),
            "Layout of the decode steps: auto, single-pass, two-pass, draft-model or autoregressive. Changes the speed, never the tokens.");

    public static final RequestOption<Integer> DRAFT_LENGTH = new RequestOption<>(
            "draft-length",
            Type.INTEGER,
            Rule.in(2, Decoding.MAX_DRAFT_LENGTH),
            decoding(Decoding::withDraftLength),
            "Rows of a draft block, the anchor included. The trained block of the model if not set.");

    public static final RequestOption<Set<Integer>> OUTCOMES = new RequestOption<>(
            "outcomes",
            Type.KEPT_COUNTS,
            Rule.OUTCOMES,
            decoding(Decoding::withOutcomes),
            "Kept counts that single-pass steps draft for; without any, steps that draft and steps that verify alternate. All of them if not set.");

    public static final RequestOption<Groups> GROUPS = new RequestOption<>(
            "groups",
            Type.GROUPS,
            Rule.none(),
            decoding(Decoding::withGroups),
            "Mask rows of single-pass steps: auto, full, short (without slot 0, where the checkpoint declares it) or forced-short.");

    public static final RequestOption<Double> BETA = new RequestOption<>(
            "beta",
            Type.NUMBER,
            Rule.in(0, 1),
            decoding(Decoding::withBeta),
            "Trust in the verify rows; below 1 is lossy and needs mode single-pass with all outcomes.");

    // chats

    public static final RequestOption<Boolean> THINKING = new RequestOption<>(
            "thinking",
            Type.FLAG,
            Rule.none(),
            (request, on) -> request.chat("thinking", c -> c.withThinking(on ? Thinking.ON : Thinking.OFF)),
            "Whether the answer to a chat begins with thoughts. What the chat template does if not set.");

    public static final RequestOption<Integer> THINKING_BUDGET = new RequestOption<>(
            "thinking-budget",
            Type.INTEGER,
            Rule.atLeast(1),
            (request, tokens) -> request.chat(
                    "thinking-budget", c -> c.withThinking(c.thinking().withBudget(tokens))),
            "Tokens that the thoughts may have at most; then they are closed and the answer begins.");

    public static final RequestOption<Tools.Choice> TOOL_CHOICE = new RequestOption<>(
            "tool-choice",
            Type.TOOL_CHOICE,
            Rule.none(),
            (request, choice) ->
                    request.chat("tool-choice", c -> c.withTools(c.tools().withChoice(choice))),
            "Which of the offered tools the answer may or must call: auto, none, required, or the name of one.");

    public static final RequestOption<Tools.AtLimit> TOOL_CALL_AT_LIMIT = new RequestOption<>(
            "tool-call-at-limit",
            Type.TOOL_CALL_AT_LIMIT,
            Rule.none(),
            (request, atLimit) -> request.chat(
                    "tool-call-at-limit", c -> c.withTools(c.tools().withAtLimit(atLimit))),
            "What becomes of a required call that does not end within the limit on tokens: error, or hand-over of a call whose end the model did not choose.");

    // the prefix cache

    public static final RequestOption<String> CACHE_SALT = new RequestOption<>(
            "cache-salt",
            Type.TEXT,
            Rule.SALT,
            GenerationRequest.Builder::cacheSalt,
            "Only requests with the same salt share cached prefixes.");

    /** All options, in the order in which help shows them and in which a request is made of them. */
    public static final List<RequestOption<?>> ALL = List.of(
            TEMPERATURE,
            TOP_K,
            TOP_P,
            MIN_P,
            TYPICAL_P,
            REPETITION_PENALTY,
            PRESENCE_PENALTY,
            FREQUENCY_PENALTY,
            LOGIT_BIAS,
            SEED,
            MAX_TOKENS,
            MIN_TOKENS,
            STOP,
            STOP_IDS,
            IGNORE_EOS,
            TIMEOUT,
            JSON_SCHEMA,
            REGEX,
            CHOICES,
            LOG_PROBS,
            MODE,
            DRAFT_LENGTH,
            OUTCOMES,
            GROUPS,
            BETA,
            THINKING,
            THINKING_BUDGET,
            TOOL_CHOICE,
            TOOL_CALL_AT_LIMIT,
            CACHE_SALT);

    /** The options that say what an answer keeps to, of which a request may have one. */
    public static final List<RequestOption<?>> FORMATS = List.of(JSON_SCHEMA, REGEX, CHOICES);

    private final String name;
    private final Type type;
    private final List<Rule<T>> rules;
    private final String help;
    private final BiConsumer<GenerationRequest.Builder, T> setter;

    private RequestOption(
            String name, Type type, List<Rule<T>> rules, BiConsumer<GenerationRequest.Builder, T> setter, String help) {
        this.name = name;
        this.type = type;
        this.rules = rules;
        this.help = help;
        this.setter = setter;
    }

    /** Its name, such as {@code top-k}: that of the flag, of the property, and of the option in messages. */
    public String name() {
        return name;
    }

    public Type type() {
        return type;
    }

    /** What it does and which values it may have, in whole sentences. */
    public String help() {
        return rules.isEmpty() ? help : "%s Must %s.".formatted(help, range());
    }

    private String range() {
        return rules.stream().map(Rule::text).collect(Collectors.joining(" and "));
    }

    /**
     * Checks a value.
     *
     * @throws InvalidRequestException that begins with the name, if the value is out of range
     */
    public void check(T value) {
        for (Rule<T> rule : rules) {
            if (!rule.holds().test(value)) {
                throw new InvalidRequestException("%s must %s, but %s"
                        .formatted(name, rule.text(), rule.actual().apply(value)));
            }
        }
    }

    void set(GenerationRequest.Builder request, T value) {
        check(value);
        setter.accept(request, value);
    }

    @Override
    public String toString() {
        return name;
    }

    private static <T> BiConsumer<GenerationRequest.Builder, T> sampling(
            BiFunction<Sampling.Builder, T, Sampling.Builder> change) {
        return (request, value) -> request.sampling(sampling -> change.apply(sampling, value));
    }

    private static <T> BiConsumer<GenerationRequest.Builder, T> decoding(BiFunction<Decoding, T, Decoding> change) {
        return (request, value) -> request.decoding(decoding -> change.apply(decoding, value));
    }
}
