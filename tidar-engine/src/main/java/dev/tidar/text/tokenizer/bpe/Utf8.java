package dev.tidar.text.tokenizer.bpe;

import java.util.function.IntConsumer;
import java.util.function.IntPredicate;

/** The bytes of single characters. */
final class Utf8 {

    private Utf8() {}

    /** Hands over the bytes of a character, each in {@code [0, 256)}. */
    static void forEach(int codePoint, IntConsumer bytes) {
        int length = length(codePoint);
        for (int i = 0; i < length; i++) {
            bytes.accept(at(codePoint, i, length));
        }
    }

    static boolean allMatch(int codePoint, IntPredicate bytes) {
        int length = length(codePoint);
        for (int i = 0; i < length; i++) {
            if (!bytes.test(at(codePoint, i, length))) {
                return false;
            }
        }
        return true;
    }

    static int length(int codePoint) {
        return codePoint < 0x80 ? 1 : codePoint < 0x800 ? 2 : codePoint < 0x10000 ? 3 : 4;
    }

    /** Returns a byte of a character that has {@code length} of them. */
    static int at(int codePoint, int index, int length) {
        int bits = codePoint >> 6 * (length - 1 - index);
        if (index > 0) {
            return 0x80 | bits & 0x3F;
        }
        return length == 1 ? codePoint : 0xF00 >> length & 0xFF | bits;
    }
}
