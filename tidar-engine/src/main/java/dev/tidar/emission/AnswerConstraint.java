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

    private static final long[] ALL = {};

    /** The constraint that combines these two; {@link Constraint#NONE} where both are empty. */
    public static Constraint of(Optional<GrammarState> grammar, Optional<ThinkingBudget.State> thoughts) {
        return grammar.isEmpty() && thoughts.isEmpty() ? NONE : new AnswerConstraint(grammar, thoughts);
    }

    @Override
    public Optional<Constraint> advance(int token) {
        return advance(token, AnswerConstraint::unmetered);
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
    public long[] allowed(int maxTokens) {
        return allowed(maxTokens, AnswerConstraint::unmetered);
    }

    @Override
    public long[] allowed(int maxTokens, LongConsumer work) {
        if (thoughts.isPresent() && thoughts.get().forced().isPresent()) {
            int only = thoughts.get().forced().getAsInt();
            long[] words = new long[(only >> 6) + 1];
            words[only >> 6] = 1L << only;
            return words;
        }
        if (grammar.isEmpty()) {
            return ALL;
        }
        TokenMask mask = grammar.get().mask(enough(grammar.get(), maxTokens, work), work);
        long[] words = new long[mask.numWords()];
        mask.copyTo(words, 0);
        return words;
    }

    @Override
    public boolean isNarrowedBy(int maxTokens, LongConsumer work) {
        boolean isForced = thoughts.map(state -> state.forced().isPresent()).orElse(false);
        return !isForced
                && grammar.map(g -> g.isNarrowedBy(enough(g, maxTokens, work), work))
                        .orElse(false);
    }

    /** A budget that leaves some token to sample, also for a row that the answer does not reach. */
    private static int enough(GrammarState grammar, int maxTokens, LongConsumer work) {
        return Math.max(grammar.mayBeCut() ? 1 : Math.max(1, grammar.shortestCompletion(work)), maxTokens);
    }

    @Override
    public List<Integer> forced() {
        return forced(AnswerConstraint::unmetered);
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

    private static void unmetered(long steps) {}
}
