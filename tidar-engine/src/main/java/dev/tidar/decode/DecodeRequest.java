package dev.tidar.decode;

import dev.tidar.sampling.SamplingParams;
import java.util.List;

/**
 * What is to be decoded, in terms of tokens.
 *
 * @param prompt token ids, at least one, fewer than the context has room for
 * @param params how tokens are sampled
 * @param constraint what restricts them, before the first
 * @param maxTokens tokens that the answer may have, at least 1; cut to what the context has room for
 * @param contextLength tokens that prompt and answer may have together
 */
public record DecodeRequest(
        List<Integer> prompt, SamplingParams params, Constraint constraint, int maxTokens, int contextLength) {

    public DecodeRequest {
        prompt = List.copyOf(prompt);
        if (prompt.isEmpty() || prompt.size() >= contextLength) {
            throw new IllegalArgumentException(
                    "prompt must have 1 to %d tokens, but has %d".formatted(contextLength - 1, prompt.size()));
        }
        if (maxTokens < 1) {
            throw new IllegalArgumentException("max tokens must be at least 1, but is " + maxTokens);
        }
        maxTokens = Math.min(maxTokens, contextLength - prompt.size());
    }

    /** A request that nothing constrains. */
    public DecodeRequest(List<Integer> prompt, SamplingParams params, int maxTokens, int contextLength) {
        this(prompt, params, Constraint.NONE, maxTokens, contextLength);
    }
}
