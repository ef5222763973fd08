package dev.tidar.emission;

import dev.tidar.decode.Constraint;
import dev.tidar.text.grammar.GrammarState;
import dev.tidar.text.grammar.TokenMask;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;

/**
 * The form of an answer: a grammar, a thinking budget, or both. Immutable.
 *
 * @param grammar what the text must match; empty allows any text
 * @param thoughts how long the model may still think; empty for no limit. The grammar allows the token that closes
 *     thoughts wherever they are open
 */
public record AnswerConstraint(Optional<GrammarState> grammar, Optional<ThinkingBudget.State> thoughts)
        implements Constraint {

    /** The constraint that combines these two; {@link Constraint#NONE} where both are empty. */
    public static Constraint of(Optional<GrammarState> grammar, Optional<ThinkingBudget.State> thoughts) {
        return grammar.isEmpty() && thoughts.isEmpty() ? NONE : new AnswerConstraint(grammar, thoughts);
    }

    @Override
    public Optional<Constraint> advance(int token, LongConsumer work) {
        Optional<GrammarState> nextGrammar = grammar.flatMap(g -> g.advance(token, work));
        Optional<ThinkingBudget.State> nextThoughts = thoughts.flatMap(t -> t.advance(token));
        return nextGrammar.isPresent() == grammar.isPresent() && nextThoughts.isPresent() == thoughts.isPresent()
                ? Optional.of(new AnswerConstraint(nextGrammar, nextThoughts))
                : Optional.empty();
    }

    @Override
    public Allowed allowed(int maxTokens, LongConsumer work) {
        if (thoughts.isPresent() && thoughts.get().forced().isPresent()) {
            int only = thoughts.get().forced().getAsInt();
            long[] words = new long[(only >> 6) + 1];
            words[only >> 6] = 1L << only;
            return new Allowed(words, false);
        }
        return grammar.map(state -> allowed(state, maxTokens, work)).orElse(Allowed.ALL);
    }

    private static Allowed allowed(GrammarState grammar, int maxTokens, LongConsumer work) {
        // a budget that leaves some token to sample, also for a row that the answer does not reach
        int enough = grammar.mayBeCut() ? 1 : Math.max(1, grammar.shortestCompletion(work));
        TokenMask mask = grammar.mask(Math.max(enough, maxTokens), work);
        long[] words = new long[mask.numWords()];
        mask.copyTo(words, 0);
        return new Allowed(words, grammar.isNarrowed(mask, work));
    }

    @Override
    public List<Integer> forced(LongConsumer work) {
        if (thoughts.isPresent() && thoughts.get().forced().isPresent()) {
            return List.of(thoughts.get().forced().getAsInt());
        }
        return grammar.map(g -> Arrays.stream(g.forced(work)).boxed().toList()).orElse(List.of());
    }

    @Override
    public boolean isComplete() {
        return grammar.map(GrammarState::isComplete).orElse(false);
    }
}
