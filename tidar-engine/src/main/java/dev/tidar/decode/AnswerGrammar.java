package dev.tidar.decode;

import dev.tidar.grammar.Grammar;
import dev.tidar.grammar.GrammarState;
import dev.tidar.grammar.TokenMask;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Keeps the answer of one sequence to its grammar. Each verify row may pick what the grammar allows behind the drafts
 * before it, such that the answer can still end within its budget; so what is emitted is what autoregressive decoding
 * would emit under the same masks. Drafts that the grammar refuses are dropped before they cost a row, and what it
 * leaves no choice about is drafted without asking the model.
 *
 * <p>Confined to the engine thread.
 */
final class AnswerGrammar {

    /** Forced tokens that are drafted at once. */
    private static final int MOST_FORCED = 8;

    /** The model may spell forced text with other tokens; then its own drafts are better. */
    private static final int MOST_REFUSED = 2;

    private GrammarState state;
    private List<Integer> forced = List.of();
    private int refused;

    AnswerGrammar(Grammar grammar) {
        this.state = grammar.start();
    }

    /** What must come next, as far as the grammar leaves no choice; empty where the model spells it otherwise. */
    List<Integer> forced() {
        if (refused >= MOST_REFUSED) {
            return List.of();
        }
        int[] ids = state.forced();
        forced = legal(
                Arrays.stream(ids, 0, Math.min(ids.length, MOST_FORCED)).boxed().toList());
        return forced;
    }

    /** The drafts up to the first that the grammar refuses, or that ends the answer: no row is needed behind that. */
    List<Integer> legal(List<Integer> drafts) {
        GrammarState behind = state;
        for (int i = 0; i < drafts.size(); i++) {
            Optional<GrammarState> next = behind.advance(drafts.get(i)).filter(s -> !s.isComplete());
            if (next.isEmpty()) {
                return drafts.subList(0, i);
            }
            behind = next.get();
        }
        return drafts;
    }

    /**
     * The tokens that each verify row may pick, as bit sets.
     *
     * @param drafts legal ones
     * @param budget tokens that the answer may still have
     * @return one for the anchor and one for each draft
     */
    List<long[]> masks(List<Integer> drafts, int budget) {
        List<long[]> masks = new ArrayList<>(drafts.size() + 1);
        GrammarState behind = state;
        masks.add(words(behind, budget));
        for (int i = 0; i < drafts.size(); i++) {
            behind = behind.advance(drafts.get(i)).orElseThrow();
            masks.add(words(behind, budget - 1 - i));
        }
        return masks;
    }

    /** A row that the budget does not reach picks for nobody, but must find something to pick. */
    private static long[] words(GrammarState behind, int budget) {
        TokenMask mask = behind.mask(Math.max(Math.max(1, budget), behind.shortestCompletion()));
        long[] words = new long[mask.numWords()];
        mask.copyTo(words, 0);
        return words;
    }

    /** A token was emitted; the masks allowed it. */
    void emitted(int token) {
        state = state.advance(token)
                .orElseThrow(() -> new IllegalStateException("token %d was not allowed".formatted(token)));
        if (!forced.isEmpty()) {
            refused += forced.get(0) == token ? 0 : 1;
            forced = forced.get(0) == token ? forced.subList(1, forced.size()) : List.of();
        }
    }

    /** Whether the answer can only end here. */
    boolean isComplete() {
        return state.isComplete();
    }

    /** Whether the answer may end here. */
    boolean isAccepting() {
        return state.isAccepting();
    }
}
