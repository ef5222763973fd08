package dev.tidar.text.grammar;

import dev.tidar.text.grammar.rule.Closure;
import dev.tidar.text.grammar.rule.Rule;
import dev.tidar.api.InvalidRequestException;

/** A specification compiled for a vocabulary. Immutable, thread-safe. */
public final class Grammar {

    private final GrammarState start;
    private final int shortest;
    private final int bytes;

    Grammar(MaskCache cache, Rule root, int bytes) {
        this.start = new GrammarState(cache, Closure.startOf(root));
        this.shortest = start.shortestCompletion();
        this.bytes = bytes;
    }

    /** The state of an answer that has not begun. */
    public GrammarState start() {
        return start;
    }

    /** Memory of the compiled form, roughly, in bytes. */
    int bytes() {
        return bytes;
    }

    /**
     * Refuses a budget that no answer fits in.
     *
     * @throws InvalidRequestException if the shortest answer has more tokens
     */
    public void requireRoom(int maxTokens) {
        if (maxTokens < Math.max(1, shortest)) {
            throw new InvalidRequestException(
                    "max-tokens must be at least %d for the shortest answer that the grammar allows, but is %d"
                            .formatted(Math.max(1, shortest), maxTokens));
        }
    }
}
