package dev.tidar.text.grammar;

import dev.tidar.api.InvalidRequestException;
import dev.tidar.text.grammar.rule.ParseSet;
import dev.tidar.text.grammar.rule.Rule;
import java.util.function.LongConsumer;

/** The form that an answer must have, compiled for a vocabulary. Immutable, thread-safe. */
public final class Grammar {

    private final GrammarState start;
    private final int shortest;
    private final int bytes;

    /** @param work receives the elementary steps that its first state takes, the mask of the first token included */
    Grammar(MaskCache cache, Rule root, int bytes, LongConsumer work) {
        this.start = new GrammarState(cache, ParseSet.startOf(root), work);
        this.shortest = start.shortestCompletion(work);
        if (shortest < Rule.IMPOSSIBLE) {
            start.mask(Integer.MAX_VALUE, work);
        }
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
