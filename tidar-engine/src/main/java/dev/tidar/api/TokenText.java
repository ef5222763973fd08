package dev.tidar.api;

import java.util.List;

/**
 * A token of a model's vocabulary, for readers.
 *
 * @param text its text, in which U+FFFD stands for what is no whole character; the spelling of a token that stands for
 *     no text, such as {@code </s>}
 * @param bytes the bytes that it stands for, 0 to 255 each, which are UTF-8 once those of an answer are concatenated;
 *     empty for a token that stands for no text
 */
public record TokenText(String text, List<Integer> bytes) {

    public TokenText {
        bytes = List.copyOf(bytes);
    }
}
