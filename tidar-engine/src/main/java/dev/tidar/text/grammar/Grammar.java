package dev.tidar.text.grammar;

import dev.tidar.api.InvalidRequestException;
import dev.tidar.text.grammar.rule.ParseSet;
import dev.tidar.text.grammar.rule.Rule;

/** The form that an answer must have, compiled for a vocabulary. Immutable, thread-safe. */
public final class Grammar {

    private final GrammarState start;
    private final int shortest;
    private final int bytes;

    Grammar(MaskCache cache, Rule root, int bytes) {
        this.start = new GrammarState(cache, ParseSet.startOf(root));
        this.shortest = start.shortestCompletion();
        this.bytes = bytes;
    }

    /** The state before the first token of an answer. */
    public GrammarState start() {
        return start;
    }

    /** An estimate of the memory that the compiled rules take, in bytes. */
    int bytes() {
        return bytes;
    }

    /**
     * Rejects a budget that is too small for any answer.
     *
     * @throws InvalidRequestException if the shortest answer has more tokens than {@code maxTokens}
     */
    public void requireRoom(int maxTokens) {
        if (maxTokens < Math.max(1, shortest)) {
            throw new InvalidRequestException(
                    "max-tokens must be at least %d for the shortest answer that the grammar allows, but is %d"
                            .formatted(Math.max(1, shortest), maxTokens));
        }
    }
}
