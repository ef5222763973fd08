package dev.tidar.text.tokenizer;

/**
 * A token that a tokenizer finds in the text before anything is split or merged: the control tokens, and whatever else
 * was added to the vocabulary.
 *
 * @param id token id
 * @param content its spelling, never empty
 * @param special whether decoding leaves it out
 * @param singleWord whether it counts only where no word character touches it
 * @param stripsLeft whether it swallows the white space before it
 * @param stripsRight whether it swallows the white space after it
 */
record AddedToken(
        int id, String content, boolean special, boolean singleWord, boolean stripsLeft, boolean stripsRight) {}
