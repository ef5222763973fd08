package dev.tidar.text.tokenizer.bpe;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The printable characters that stand for bytes in byte-level vocabularies: the 188 bytes that are visible characters
 * of Latin-1 stand for themselves, and the other 68 are mapped to U+0100 and up, in order. Source:
 * {@code bytes_to_unicode} of GPT-2.
 */
public final class ByteAlphabet {

    private static final int[] BYTE_OF_CHAR = byteOfChar();
    private static final char[] CHAR_OF_BYTE = charOfByte();

    private ByteAlphabet() {}

    /**
     * Returns the bytes that a token stands for, or the UTF-8 of its text if one of its characters stands for no byte.
     */
    public static byte[] bytesOf(String token) {
        byte[] bytes = new byte[token.length()];
        for (int i = 0; i < bytes.length; i++) {
            char c = token.charAt(i);
            int value = c < BYTE_OF_CHAR.length ? BYTE_OF_CHAR[c] : -1;
            if (value < 0) {
                return token.getBytes(StandardCharsets.UTF_8);
            }
            bytes[i] = (byte) value;
        }
        return bytes;
    }

    /** Returns the character that stands for a byte in {@code [0, 256)}. */
    static char charOf(int octet) {
        return CHAR_OF_BYTE[octet];
    }

    /** Returns the characters that stand for the UTF-8 of a text. */
    static String spelling(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        char[] spelling = new char[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            spelling[i] = charOf(bytes[i] & 0xFF);
        }
        return new String(spelling);
    }

    private static char[] charOfByte() {
        char[] table = new char[256];
        for (char c = 0; c < BYTE_OF_CHAR.length; c++) {
            if (BYTE_OF_CHAR[c] >= 0) {
                table[BYTE_OF_CHAR[c]] = c;
            }
        }
        return table;
    }

    private static int[] byteOfChar() {
        int[] table = new int[256 + 68];
        Arrays.fill(table, -1);
        int shifted = 256;
        for (int b = 0; b < 256; b++) {
            boolean visible = b >= '!' && b <= '~' || b >= 0xA1 && b <= 0xAC || b >= 0xAE;
            table[visible ? b : shifted++] = b;
        }
        return table;
    }
}
