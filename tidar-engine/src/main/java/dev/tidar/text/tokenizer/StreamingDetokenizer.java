package dev.tidar.text.tokenizer;

import java.util.function.IntPredicate;

/**
 * Turns token ids into text one at a time: the texts that it hands out, joined, are what {@link Tokenizer#decode} makes
 * of all the ids, and each of them has whole characters only. Confined to one thread.
 *
 * <p>It holds back no more than the three bytes of an unfinished character, so a token costs time for its own bytes
 * only. Bytes that are no UTF-8 become U+FFFD, one for each longest prefix of a character (Unicode 16, section 3.9,
 * "U+FFFD substitution of maximal subparts").
 */
public final class StreamingDetokenizer {

    private static final char REPLACEMENT = '\uFFFD';

    private final TokenBytes tokens;
    private final IntPredicate shows;
    private final StringBuilder text = new StringBuilder();

    /** Spaces that the beginning of the text may still lose. */
    private int strippedSpaces;

    /** The character in the making: its bits so far, the bytes it still lacks, and the range of the next one. */
    private int codePoint;

    private int missing;
    private int lowest;
    private int highest;

    /** @param shows which special tokens show as they are spelled; all others are left out */
    StreamingDetokenizer(TokenBytes tokens, IntPredicate shows) {
        this.tokens = tokens;
        this.shows = shows;
        this.strippedSpaces = tokens.strippedSpaces();
    }

    /**
     * Takes the next token.
     *
     * @return the text that it made final; empty for a control token, and while a character is unfinished
     * @throws IllegalArgumentException if the tokenizer has no such id
     */
    public String accept(int id) {
        append(id);
        return take();
    }

    /** Ends the text. Returns U+FFFD for a character that was never finished, else nothing. */
    public String finish() {
        if (missing > 0) {
            missing = 0;
            emit(REPLACEMENT);
        }
        return take();
    }

    /** As {@link #accept}, but leaves the text to {@link #finish}. */
    void append(int id) {
        if (id < 0 || id >= tokens.size()) {
            throw new IllegalArgumentException("token id must be in [0, %d), but is %d".formatted(tokens.size(), id));
        }
        if (!tokens.isSpecial(id) || shows.test(id)) {
            for (int i = tokens.start(id); i < tokens.end(id); i++) {
                appendByte(tokens.at(i) & 0xFF);
            }
        }
    }

    private String take() {
        if (text.isEmpty()) {
            return "";
        }
        String made = text.toString();
        text.setLength(0);
        return made;
    }

    private void appendByte(int octet) {
        if (missing > 0) {
            proceed(octet);
        } else if (octet < 0x80) {
            emit(octet);
        } else if (octet >= 0xC2 && octet <= 0xDF) {
            begin(octet & 0x1F, 1, 0x80, 0xBF);
        } else if (octet >= 0xE0 && octet <= 0xEF) {
            begin(octet & 0x0F, 2, octet == 0xE0 ? 0xA0 : 0x80, octet == 0xED ? 0x9F : 0xBF);
        } else if (octet >= 0xF0 && octet <= 0xF4) {
            begin(octet & 0x07, 3, octet == 0xF0 ? 0x90 : 0x80, octet == 0xF4 ? 0x8F : 0xBF);
        } else {
            emit(REPLACEMENT);
        }
    }

    private void begin(int bits, int bytesToCome, int from, int to) {
        codePoint = bits;
        missing = bytesToCome;
        lowest = from;
        highest = to;
    }

    private void proceed(int octet) {
        if (octet < lowest || octet > highest) {
            missing = 0;
            emit(REPLACEMENT);
            appendByte(octet);
            return;
        }
        lowest = 0x80;
        highest = 0xBF;
        codePoint = codePoint << 6 | octet & 0x3F;
        if (--missing == 0) {
            emit(codePoint);
        }
    }

    private void emit(int character) {
        if (strippedSpaces > 0 && character == ' ') {
            strippedSpaces--;
            return;
        }
        strippedSpaces = 0;
        text.appendCodePoint(character);
    }
}
