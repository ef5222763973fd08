package dev.tidar.decode;

import dev.tidar.text.grammar.GrammarState;
import dev.tidar.text.grammar.TokenMask;
import java.util.Optional;

/**
 * Where an answer stands in what it is held to. Immutable, so every row of a block has its own.
 *
 * @param grammar what it keeps to; empty is any text
 * @param thoughts how long it may still think; empty is as long as it likes. The token that closes thoughts is one that
 *     the grammar allows wherever they are open
 */
public record AnswerState(Optional<GrammarState> grammar, Optional<ThinkingBudget.State> thoughts) {

    /** An answer that is held to nothing. */
    public static final AnswerState FREE = new AnswerState(Optional.empty(), Optional.empty());

    private static final long[] ALL = {};

    boolean isHeld() {
        return grammar.isPresent() || thoughts.isPresent();
    }

    /** The state after one more token; empty if it is not allowed here. The budget is not looked at. */
    Optional<AnswerState> advance(int token) {
        Optional<GrammarState> nextGrammar = grammar.flatMap(g -> g.advance(token));
        Optional<ThinkingBudget.State> nextThoughts = thoughts.flatMap(t -> t.advance(token));
        return nextGrammar.isPresent() == grammar.isPresent() && nextThoughts.isPresent() == thoughts.isPresent()
                ? Optional.of(new AnswerState(nextGrammar, nextThoughts))
                : Optional.empty();
    }

    /**
     * The tokens that may come next, as a bit set; empty allows all.
     *
     * @param budget tokens that the answer may still have. A row that the budget does not reach samples for nobody, but
     *     must find something to sample
     */
    long[] mask(int budget) {
        if (thoughts.isPresent() && thoughts.get().forced().isPresent()) {
            int only = thoughts.get().forced().getAsInt();
            long[] words = new long[(only >> 6) + 1];
            words[only >> 6] = 1L << only;
            return words;
        }
        if (grammar.isEmpty()) {
            return ALL;
        }
        TokenMask mask =
                grammar.get().mask(Math.max(Math.max(1, budget), grammar.get().shortestCompletion()));
        long[] words = new long[mask.numWords()];
        mask.copyTo(words, 0);
        return words;
    }

    /** Tokens that must come next, by longest match; the model may spell the same text with others. */
    int[] forced() {
        if (thoughts.isPresent() && thoughts.get().forced().isPresent()) {
            return new int[] {thoughts.get().forced().getAsInt()};
        }
        return grammar.map(GrammarState::forced).orElse(new int[0]);
    }

    /** Whether the answer can only end here. */
    boolean isComplete() {
        return grammar.map(GrammarState::isComplete).orElse(false);
    }

    /** Whether the answer is whole if it ends here; free text is only where the model ends it. */
    boolean isWhole() {
        return grammar.map(g -> g.isAccepting() && !g.isUnconstrained()).orElse(false);
    }
}
