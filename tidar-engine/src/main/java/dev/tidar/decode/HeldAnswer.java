package dev.tidar.decode;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Keeps the answer of one sequence to what it is held to. Each verify row may sample what is allowed after the drafts
 * before it, such that the answer can still end within its budget; so what is emitted is what autoregressive decoding
 * would emit under the same masks. Drafts that are not allowed are dropped before they cost a row, and what is left no
 * choice about is drafted without asking the model.
 *
 * <p>Confined to the engine thread.
 */
final class HeldAnswer {

    /** Forced tokens that are drafted at once. */
    private static final int MAX_FORCED = 8;

    /** The model may spell forced text with other tokens; then its own drafts are better. */
    private static final int MAX_REFUSED = 2;

    private AnswerState state;
    private List<Integer> forced = List.of();
    private int refused;

    HeldAnswer(AnswerState start) {
        this.state = start;
    }

    /** What must come next; empty where there is a choice, or the model spells it otherwise. */
    List<Integer> forced() {
        if (refused >= MAX_REFUSED) {
            return List.of();
        }
        forced = legal(Arrays.stream(state.forced()).limit(MAX_FORCED).boxed().toList());
        return forced;
    }

    /** The drafts up to the first that is not allowed, or that ends the answer: no row is needed after that. */
    List<Integer> legal(List<Integer> drafts) {
        AnswerState after = state;
        for (int i = 0; i < drafts.size(); i++) {
            Optional<AnswerState> next = after.advance(drafts.get(i)).filter(s -> !s.isComplete());
            if (next.isEmpty()) {
                return drafts.subList(0, i);
            }
            after = next.get();
        }
        return drafts;
    }

    /**
     * The tokens that each verify row may sample, as bit sets.
     *
     * @param drafts legal ones
     * @param budget tokens that the answer may still have
     * @return one for the anchor and one for each draft; an empty one allows all
     */
    List<long[]> masks(List<Integer> drafts, int budget) {
        List<long[]> masks = new ArrayList<>(drafts.size() + 1);
        AnswerState after = state;
        masks.add(after.mask(budget));
        for (int i = 0; i < drafts.size(); i++) {
            after = after.advance(drafts.get(i)).orElseThrow();
            masks.add(after.mask(budget - 1 - i));
        }
        return masks;
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

    /** Whether the answer is whole if it ends here. */
    boolean isWhole() {
        return state.isWhole();
    }
}
