package dev.tidar.text.tokenizer.splitter;

/** Splits text into the words that are encoded one by one. Immutable. */
public interface Splitter {

    /** Makes one word of the text. */
    Splitter NONE = (text, start, end, opens, words) -> words.accept(text, start, end, opens);

    /** Takes words. */
    interface Words {

        /**
         * Takes a word.
         *
         * @param text a text that holds it
         * @param start index of its first character
         * @param end index after its last character, greater than {@code start}
         * @param opens whether the prompt begins with it
         */
        void accept(String text, int start, int end, boolean opens);
    }

    /**
     * Splits a stretch of a text; arguments are as in {@link Words#accept}. What lies outside of the stretch does not
     * count.
     */
    void split(String text, int start, int end, boolean opens, Words words);
}
