package dev.tidar.text.tokenizer.normalizer;

/** Rewrites text before it is split. Immutable. */
public interface Normalizer {

    /** Leaves the text as it is. */
    Normalizer NONE = (text, stretches) -> text;

    /**
     * Returns the text rewritten.
     *
     * @param text not empty and without lone surrogates
     * @param stretches start and end of some stretches of the text, by turns and in ascending order; they are replaced
     *     by those of the shortest stretches of the result that hold all that was made of them
     */
    String apply(String text, int[] stretches);
}
