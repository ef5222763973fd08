package dev.tidar.text.tokenizer.unicode;

import java.util.Arrays;
import java.util.List;

/**
 * The class of each character in the Unicode version of the Hugging Face {@code tokenizers} library. The JDK's own
 * classes would make ids depend on the JDK: JDK 17 has Unicode 13, JDK 25 has Unicode 16.
 *
 * <p>A class is a bit, so that sets of classes are integers. Every code point has exactly one class; that of
 * surrogates, unassigned and other characters is {@link #OTHER}.
 */
public final class CharacterClass {

    public static final int OTHER = 1;
    public static final int UPPERCASE_LETTER = 1 << 1;
    public static final int LOWERCASE_LETTER = 1 << 2;
    public static final int TITLECASE_LETTER = 1 << 3;
    public static final int MODIFIER_LETTER = 1 << 4;
    public static final int OTHER_LETTER = 1 << 5;
    public static final int MARK = 1 << 6;
    public static final int NUMBER = 1 << 7;
    public static final int PUNCTUATION = 1 << 8;
    public static final int SYMBOL = 1 << 9;
    public static final int SPACE = 1 << 10;

    /** Any letter, {@code \p{L}}. */
    public static final int LETTER =
            UPPERCASE_LETTER | LOWERCASE_LETTER | TITLECASE_LETTER | MODIFIER_LETTER | OTHER_LETTER;

    private static final String TABLE = "character-classes.txt";
    private static final List<String> NAMES =
            List.of("-", "Lu", "Ll", "Lt", "Lm", "Lo", "M", "N", "P", "S", "White_Space");
    private static final int WORD_FLAG = 0x10;
    private static final int NUMERIC_FLAG = 0x20;
    private static final int CLASS_BITS = 0x0F;

    /** Class number and flags of each code point, in blocks of 256 of which equal ones are one. */
    private static final byte[][] BLOCKS = read();

    private CharacterClass() {}

    /** Returns the class of a code point, as one bit. */
    public static int of(int codePoint) {
        return 1 << (BLOCKS[codePoint >> 8][codePoint & 0xFF] & CLASS_BITS);
    }

    /** Whether a code point belongs to one of these classes. */
    public static boolean is(int codePoint, int classes) {
        return (of(codePoint) & classes) != 0;
    }

    /** Whether a code point is part of a word: {@code \w} of the expressions of Rust. */
    public static boolean isWord(int codePoint) {
        return (BLOCKS[codePoint >> 8][codePoint & 0xFF] & WORD_FLAG) != 0;
    }

    /**
     * Whether a code point is a number to the pre-tokenizer {@code Digits}: {@code char::is_numeric} of Rust, whose
     * Unicode version is later than that of expressions.
     */
    public static boolean isNumeric(int codePoint) {
        return (BLOCKS[codePoint >> 8][codePoint & 0xFF] & NUMERIC_FLAG) != 0;
    }

    private static byte[][] read() {
        byte[] values = new byte[Character.MAX_CODE_POINT + 1];
        RangeTable.read(TABLE, range -> {
            byte bits = switch (range.name()) {
                case "word" -> WORD_FLAG;
                case "numeric" -> NUMERIC_FLAG;
                default -> (byte) NAMES.indexOf(range.name());
            };
            for (int c = range.first(); c <= range.last(); c++) {
                values[c] |= bits;
            }
        });
        return blocks(values);
    }

    private static byte[][] blocks(byte[] values) {
        byte[][] blocks = new byte[values.length >> 8][];
        for (int i = 0; i < blocks.length; i++) {
            byte[] block = Arrays.copyOfRange(values, i << 8, (i + 1) << 8);
            blocks[i] = i > 0 && Arrays.equals(block, blocks[i - 1]) ? blocks[i - 1] : block;
        }
        return blocks;
    }
}
