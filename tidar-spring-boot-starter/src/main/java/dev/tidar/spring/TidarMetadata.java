package dev.tidar.spring;

import dev.tidar.api.ClosedByLimit;
import dev.tidar.api.GenerationStep;
import dev.tidar.api.LogProbs;

/**
 * Keys of the metadata that a {@link TidarChatModel} reports on an answer beyond Spring AI's own fields.
 *
 * <p>{@link #STEP}, {@link #TOKENS} and {@link #ORIGIN} are in the generation metadata of each streamed chunk,
 * {@link #LOG_PROBS} there and in that of a blocking answer. All others are in the response metadata of the last chunk
 * of a stream, and of a blocking answer.
 */
public final class TidarMetadata {

    /** {@link Integer}: the step that emitted this chunk; 0 is the prefill. */
    public static final String STEP = "tidar.step";

    /**
     * {@code List<Map<String, Object>>}: the tokens of this chunk in order, each with {@code text} ({@link String},
     * empty while a character is open) and {@code accepted} ({@link Boolean}, a draft that verification accepted).
     */
    public static final String TOKENS = "tidar.tokens";

    /**
     * {@link GenerationStep}: how the step came to these tokens, with its rows, its drafts and those that were
     * rejected. {@link TidarChatModel#token} has the texts of the ids in it. Missing in a chunk without tokens.
     */
    public static final String ORIGIN = "tidar.origin";

    /**
     * {@code List<Map<String, Object>>}: the tokens of this chunk or answer in order, each with {@code id}
     * ({@link Integer}), {@code logProb} ({@link Float}, {@code ln} of the probability that the model gave it, before
     * temperature, filters, penalties, bias and format) and {@code top} (a list of {@link LogProbs.TopToken}, the most
     * likely first, as many as {@link TidarChatOptions#getLogProbs()} asks for). Missing where the request does not
     * ask. A final stop id is included.
     */
    public static final String LOG_PROBS = "tidar.log-probs";

    /**
     * {@link Integer}: tokens of the prompt that were found in the prefix cache and not computed. Missing where the
     * model does not report hits.
     */
    public static final String CACHED_TOKENS = "tidar.cached-tokens";

    /** {@link Integer}: how often the blocks of the request were taken for older requests and computed again. */
    public static final String PREEMPTIONS = "tidar.preemptions";

    /**
     * {@link String}: thoughts of the answer, in the generation metadata under the key that Spring AI's Ollama model
     * uses: the piece in a streamed chunk, or all thoughts of a blocking answer.
     */
    public static final String THINKING = "thinking";

    /**
     * {@link String}: all thoughts of the answer, in the metadata of the message under the key that Spring AI's OpenAI
     * model uses; in a stream it is in the last chunk. A message with this key brings its thoughts back into a prompt,
     * where the chat template decides which of them to repeat.
     */
    public static final String REASONING_CONTENT = "reasoningContent";

    /**
     * {@link ClosedByLimit}: the place from which on the limit on tokens led the answer to its end, in the generation
     * metadata. Missing where it did not; an answer with it has the finish reason {@code length}, and what comes after
     * the place is not what the model would have written.
     */
    public static final String CLOSED_BY_LIMIT = "closedByLimit";

    /** {@link Integer}: decode forwards; the prefill is not counted. */
    public static final String FORWARDS = "tidar.forwards";

    /** {@link Double}: emitted tokens per decode forward, the first token not counted. */
    public static final String TOKENS_PER_FORWARD = "tidar.tokens-per-forward";

    /** {@link Double}: tokens per second after the first token. */
    public static final String TOKENS_PER_SECOND = "tidar.tokens-per-second";

    /** {@code Map<Integer, Integer>}: number of decode steps by the number of tokens that they kept. */
    public static final String KEPT = "tidar.kept";

    /** {@link String}: the layout that decoded. */
    public static final String LAYOUT = "tidar.layout";

    /**
     * {@link Boolean}: whether the answer may differ from what autoregressive decoding gives, because
     * {@link TidarChatOptions#getBeta()} was below 1.
     */
    public static final String LOSSY = "tidar.lossy";

    /** {@link Long}: seed of the noise, chosen by the engine where the request named none. */
    public static final String SEED = "tidar.seed";

    /** {@link String}: the device that computed. */
    public static final String DEVICE = "tidar.device";

    /** {@link Long}: milliseconds from submission to the start of the prefill. */
    public static final String QUEUED_MILLIS = "tidar.queued-millis";

    /** {@link Long}: milliseconds from the start of the prefill to the first token. */
    public static final String PREFILL_MILLIS = "tidar.prefill-millis";

    /** {@link Long}: milliseconds from the first token to the end. */
    public static final String DECODE_MILLIS = "tidar.decode-millis";

    private TidarMetadata() {}
}
