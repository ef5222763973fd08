package dev.tidar.decode;

import dev.tidar.api.GenerationStep;
import java.util.List;
import java.util.function.LongConsumer;

/**
 * Proposes drafts for the next step of one sequence. A wrong draft does no harm: it only costs its row. Confined to the
 * engine thread, but for {@link #propose}.
 */
public interface DraftSource {

    /** No source whose drafts cost the device nothing proposes more of them for one step. */
    int MAX_FREE_DRAFTS = 12;

    /** TiDAR's own: the drafts that mask rows of the sequence's last step left. */
    DraftSource MASKS = new DraftSource() {
        @Override
        public Drafts propose(Sequence sequence, Constraint constraint, LongConsumer work) {
            return new Drafts(sequence.drafts(), this);
        }

        @Override
        public GenerationStep.Source reportedAs() {
            return GenerationStep.Source.MASKS;
        }

        @Override
        public boolean costsDevice() {
            return true;
        }
    };

    /**
     * Proposes what may come after the anchor. Only reads: it may be called on another thread while the sequence waits
     * for that.
     *
     * @param sequence the tokens so far, the anchor last
     * @param constraint the state of its constraint after the anchor
     * @param work see {@link Constraint#advance}
     * @return the drafts; empty where this source has none
     */
    Drafts propose(Sequence sequence, Constraint constraint, LongConsumer work);

    /** What those who follow an answer are told of it. */
    GenerationStep.Source reportedAs();

    /**
     * Whether its drafts come from rows on the device. Such drafts are verified by the layouts that pay for these rows;
     * all others are verified in every layout, in autoregressive decoding too.
     */
    default boolean costsDevice() {
        return false;
    }

    /**
     * Learns of the tokens that a step appended, and of the drafts that its masks left, also where the step verified
     * drafts of another source.
     */
    default void extended(Sequence sequence) {}

    /**
     * Learns what came of its drafts.
     *
     * @param proposed its drafts up to the first that the constraint did not allow, of which the step verified as many
     *     as its layout, or the context for free drafts, had room for; drafts of a step that was cut to the anchor's
     *     row are not reported
     * @param emitted what the step emitted; empty after a draft pass
     */
    default void verified(List<Integer> proposed, List<Integer> emitted) {}

    /**
     * Proposals for the positions after the anchor, in order.
     *
     * @param tokens the proposed tokens; verification decides about them
     * @param source who proposed them
     */
    record Drafts(List<Integer> tokens, DraftSource source) {

        static final Drafts NONE = new Drafts(List.of(), DraftSource.MASKS);

        public Drafts {
            tokens = List.copyOf(tokens);
        }

        public boolean isEmpty() {
            return tokens.isEmpty();
        }

        /** The first of them. */
        Drafts first(int count) {
            return count >= tokens.size() ? this : new Drafts(tokens.subList(0, count), source);
        }
    }
}
