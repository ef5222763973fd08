package dev.tidar.decode;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;

/**
 * What restricts the tokens of one sequence, at one point of its answer. Immutable: {@link #advance} returns the state
 * after a token, so every verify row of a step has its own. What is emitted under a constraint is what autoregressive
 * decoding would emit under the same one.
 */
public interface Constraint {

    /** Restricts nothing. */
    Constraint NONE = new Constraint() {

        @Override
        public Optional<Constraint> advance(int token, LongConsumer work) {
            return Optional.of(this);
        }

        @Override
        public Allowed allowed(int maxTokens, LongConsumer work) {
            return Allowed.ALL;
        }

        @Override
        public List<Integer> forced(LongConsumer work) {
            return List.of();
        }

        @Override
        public boolean isComplete() {
            return false;
        }
    };

    /**
     * The tokens that may come next.
     *
     * @param ids a bit set, bit {@code id % 64} of word {@code id / 64}; empty allows all tokens
     * @param isNarrowed whether there would be more if the answer had no limit
     */
    record Allowed(long[] ids, boolean isNarrowed) {

        /** All tokens. */
        public static final Allowed ALL = new Allowed(new long[0], false);
    }

    /**
     * The state after one more token; empty if the token is not allowed here.
     *
     * @param work receives the elementary steps that are taken, of some nanoseconds each, and may end them by an
     *     exception; nothing is lost then but time
     */
    Optional<Constraint> advance(int token, LongConsumer work);

    /**
     * The tokens that may come next, such that the answer can still end well.
     *
     * @param maxTokens tokens that the answer may still have. A row that the answer does not reach may be asked with 0
     *     or less; it samples for nobody, but must find a token
     * @param work see {@link #advance}
     */
    Allowed allowed(int maxTokens, LongConsumer work);

    /**
     * The tokens that must come next, by longest match; the model may spell the same text with others.
     *
     * @param work see {@link #advance}
     */
    List<Integer> forced(LongConsumer work);

    /** Whether the answer must end here. */
    boolean isComplete();

    /**
     * The states along some drafts: the first is this one, and each draft adds the state after it. The list ends before
     * the first draft that is not allowed or that ends the answer, because no row is needed after that.
     *
     * @param work see {@link #advance}
     */
    default List<Constraint> along(List<Integer> drafts, LongConsumer work) {
        List<Constraint> states = new ArrayList<>(drafts.size() + 1);
        states.add(this);
        for (int draft : drafts) {
            Optional<Constraint> next =
                    states.get(states.size() - 1).advance(draft, work).filter(s -> !s.isComplete());
            if (next.isEmpty()) {
                break;
            }
            states.add(next.get());
        }
        return states;
    }

    /** The drafts up to the first that is not allowed or that ends the answer. */
    default List<Integer> allowedPrefix(List<Integer> drafts, LongConsumer work) {
        return drafts.subList(0, along(drafts, work).size() - 1);
    }
}
