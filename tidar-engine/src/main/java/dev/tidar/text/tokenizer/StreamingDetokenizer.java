package dev.tidar.text.tokenizer;

import java.util.function.IntPredicate;

/**
 * Decodes token ids to text one at a time. The texts that it returns, concatenated, equal what {@link Tokenizer#decode}
 * returns for all the ids, and each of them consists of whole characters. Confined to one thread.
 *
 * <p>It holds back at most the three bytes of an incomplete character, so the time for a token depends on its own bytes
 * only. Bytes that are not UTF-8 become U+FFFD, one for each longest prefix of a character (Unicode 16, section 3.9,
 * "U+FFFD substitution of maximal subparts").
 */
public final class StreamingDetokenizer {

    private static final char REPLACEMENT = '\uFFFD';

    private final TokenBytes tokens;
    private final IntPredicate shows;
    private final StringBuilder text = new StringBuilder();

    /** The number of spaces that may still be stripped from the beginning of the text. */
    private int strippedSpaces;

    /** The incomplete character: its bits so far, the number of missing bytes, and the range of the next byte. */
    private int codePoint;

    private int missing;
    private int lowest;
    private int highest;

    /** @param shows which special tokens appear in the text as they are spelled; all others are left out */
    StreamingDetokenizer(TokenBytes tokens, IntPredicate shows) {
        this.tokens = tokens;
        this.shows = shows;
        this.strippedSpaces = tokens.strippedSpaces();
    }

    /**
     * Takes the next token.
     *
     * @return the text that this token makes final; empty for a control token, and while a character is incomplete
     * @throws IllegalArgumentException if the tokenizer has no such id
     */
    public String accept(int id) {
        append(id);
        return take();
    }

    /** Ends the text and returns what is left of it, with U+FFFD in place of a character that is still incomplete. */
    public String finish() {
        if (missing > 0) {
            missing = 0;
            emit(REPLACEMENT);
        }
        return take();
    }

    /** Takes the next token like {@link #accept}, but leaves its text to {@link #finish}. */
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
