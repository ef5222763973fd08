package dev.tidar.api;

import java.time.Duration;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Counts and times of one generation.
 *
 * @param promptTokens tokens of the prompt
 * @param cachedTokens part of them that was found in the prefix cache and not computed
 * @param tokens emitted tokens, a final stop id included
 * @param forwards decode forwards; the prefill is not counted, a two-pass cycle counts two
 * @param draftForwards forwards of the draft model, which are not among those
 * @param kept tokens emitted by each decode step, in order
 * @param layout the layout that decoded last, for example {@code two-pass, draft length 4}
 * @param lossy whether the answer may differ from what autoregressive decoding gives, because beta was below 1
 * @param preemptions how often its blocks were taken for others and its tokens were computed again
 * @param queued from submission to the start of the prefill
 * @param prefill from the start of the prefill to the first token
 * @param decode from the first token to the end
 */
public record GenerationStats(
        int promptTokens,
        int cachedTokens,
        int tokens,
        int forwards,
        int draftForwards,
        List<Integer> kept,
        String layout,
        boolean lossy,
        int preemptions,
        Duration queued,
        Duration prefill,
        Duration decode) {

    public GenerationStats {
        kept = List.copyOf(kept);
    }

    /** (tokens - 1) / forwards, because the prefill emits the first; 0 without forwards. */
    public double tokensPerForward() {
        return forwards == 0 ? 0 : (tokens - 1) / (double) forwards;
    }

    /** Decode speed, tokens per second after the first token; 0 for a single token. */
    public double tokensPerSecond() {
        return tokens < 2 || decode.isZero() ? 0 : (tokens - 1) * 1e9 / decode.toNanos();
    }

    /** Number of decode steps by the number of tokens that they emitted. */
    public SortedMap<Integer, Integer> keptHistogram() {
        var histogram = new TreeMap<Integer, Integer>();
        kept.forEach(k -> histogram.merge(k, 1, Integer::sum));
        return histogram;
    }
}
