package dev.tidar.text.tokenizer;

/**
 * A token that the tokenizer matches in the text before it splits or merges anything: a control token, or another token
 * that was added to the vocabulary.
 *
 * @param id token id
 * @param content its spelling, never empty
 * @param special whether decoding leaves it out
 * @param singleWord whether it matches only where no word character is next to it
 * @param stripsLeft whether it strips the white space before it
 * @param stripsRight whether it strips the white space after it
 * @param normalized whether it matches in the normalized text, as the normalizer spells it, instead of in the text
 */
record AddedToken(
        int id,
        String content,
        boolean special,
        boolean singleWord,
        boolean stripsLeft,
        boolean stripsRight,
        boolean normalized) {

    AddedToken spelled(String spelling) {
        return new AddedToken(id, spelling, special, singleWord, stripsLeft, stripsRight, normalized);
    }
}
