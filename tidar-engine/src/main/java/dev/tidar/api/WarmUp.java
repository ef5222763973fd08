package dev.tidar.api;

import java.util.List;

/**
 * What an engine computes at the end of loading, before it takes requests, so that the first of them finds warm code
 * and cached prefixes.
 *
 * @param systemPrompts system messages whose keys and values are kept for the requests that begin with them; those that
 *     name a cache salt do not find them
 * @param prompts what a user might ask; the beginning of an answer to each is generated and dropped
 * @param maxTokens tokens of each such answer at most
 */
public record WarmUp(List<String> systemPrompts, List<String> prompts, int maxTokens) {

    /** Tokens of an answer unless something else is set. */
    public static final int USUAL_TOKENS = 16;

    /** Tokens of an answer at most. */
    public static final int MAX_TOKENS = 1024;

    /** Nothing is computed. */
    public static final WarmUp NONE = new WarmUp(List.of(), List.of(), USUAL_TOKENS);

    public WarmUp {
        systemPrompts = List.copyOf(systemPrompts);
        prompts = List.copyOf(prompts);
        if (maxTokens < 1 || maxTokens > MAX_TOKENS) {
            throw new IllegalArgumentException(
                    "warm-up tokens must be in [1, %d], but are %d".formatted(MAX_TOKENS, maxTokens));
        }
    }
}
