package dev.tidar.decode;

/** The layout of the decode steps of one request. Confined to the engine thread. */
public interface LayoutChoice {

    /** The layout of the next step. May change between steps, never within one. */
    StepLayout current();

    /** Whether {@link #choose} may change the layout, as in mode auto. */
    default boolean isOpen() {
        return false;
    }

    /** Changes the layout of the next step; without effect on a choice that is not open. */
    default void choose(StepLayout layout) {}

    /** Tokens that a forward of a layout emits for this request, in the mean of what was seen. */
    default double tokensPerForward(StepLayout layout) {
        return 1;
    }

    /** Whether drafts from the text may be verified too, see {@link LookupDrafts}. */
    default boolean looksUp() {
        return false;
    }

    /**
     * What the whole batch yields, in tokens for a time of no certain unit, if this request emits so many in its next
     * forward, with drafts of its layout.
     */
    default double batchYield(double tokens) {
        return batchYield(tokens, 0);
    }

    /**
     * The same with free drafts in place of those of its layout.
     *
     * @param rowsBeyondLayout verify rows that it has beyond those of its layout
     */
    default double batchYield(double tokens, int rowsBeyondLayout) {
        throw new UnsupportedOperationException("only a choice that looks up knows what rows cost");
    }

    /** Whether the draft model should keep up with the tokens of the request, because its drafts are worth having. */
    default boolean usesDraftModel() {
        return false;
    }

    /** The draft model cannot draft for this request any more: the text has outgrown its context. */
    default void endDraftModel() {}

    /**
     * Takes note of what a finished step emitted.
     *
     * @param drafts drafts of the kind that the layout drafts by and that it verified
     * @param kept tokens that it emitted
     */
    default void observe(StepLayout layout, int drafts, int kept) {}

    /** Always the same layout. */
    static LayoutChoice fixed(StepLayout layout) {
        return new Fixed(layout);
    }

    /** A choice that is not open. */
    record Fixed(StepLayout current) implements LayoutChoice {

        @Override
        public boolean usesDraftModel() {
            return current instanceof WithDraftModel;
        }
    }
}
