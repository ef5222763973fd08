package dev.tidar.text.tokenizer.unicode;

import java.text.Normalizer;
import java.text.Normalizer.Form;
import java.util.Arrays;
import java.util.BitSet;

/**
 * The normal forms of the Unicode version that the Hugging Face {@code tokenizers} library has, which is older than the
 * one of JDK 17. What a version normalizes all later ones normalize alike; so the JDK does the work, and characters
 * that came later are kept away from it.
 */
public final class NormalForm {

    /** Up to so many combining characters in a row the JDK sorts in good time; it takes the square of their number. */
    private static final int LONG_RUN = 32;

    private static final Table TABLE = Table.read();

    private NormalForm() {}

    /**
     * What normalization does to characters.
     *
     * @param active characters that the version ever changes, moves or composes
     * @param continuing characters that may change with, or change places with, what stands before them
     * @param order the place of each combining character among others, {@code [0x20000]}, since none is above; 0 for
     *     characters that do not combine
     */
    private record Table(BitSet active, BitSet continuing, byte[] order) {

        static Table read() {
            BitSet active = new BitSet();
            BitSet continuing = new BitSet();
            byte[] order = new byte[0x20000];
            RangeTable.read("normalization.txt", range -> {
                switch (range.name()) {
                    case "active" -> active.set(range.first(), range.last() + 1);
                    case "continuing" -> continuing.set(range.first(), range.last() + 1);
                    default -> Arrays.fill(order, range.first(), range.last() + 1, Byte.parseByte(range.name()));
                }
            });
            return new Table(active, continuing, order);
        }
    }

    /** Whether a text can be cut before this character so that its parts normalize like the whole. */
    public static boolean begins(int codePoint) {
        return !TABLE.continuing().get(codePoint);
    }

    /** Appends the normal form of a text. It is the caller who must cut a text only where it can be cut. */
    public static void append(StringBuilder made, CharSequence text, Form form) {
        int from = 0;
        int at = 0;
        while (at < text.length()) {
            int codePoint = Character.codePointAt(text, at);
            int next = at + Character.charCount(codePoint);
            if (!TABLE.active().get(codePoint)) {
                appendActive(made, text.subSequence(from, at), form);
                made.append(text, at, next);
                from = next;
            }
            at = next;
        }
        appendActive(made, text.subSequence(from, at), form);
    }

    private static void appendActive(StringBuilder made, CharSequence text, Form form) {
        if (text.length() > 0) {
            made.append(Normalizer.normalize(withSortedRuns(text, form), form));
        }
    }

    /** Returns a text that has the same normal form, with long runs of combining characters in their order. */
    private static CharSequence withSortedRuns(CharSequence text, Form form) {
        StringBuilder sorted = null;
        int from = 0;
        for (int at = 0; at < text.length(); ) {
            int end = at;
            int count = 0;
            while (end < text.length() && !begins(Character.codePointAt(text, end))) {
                end += Character.charCount(Character.codePointAt(text, end));
                count++;
            }
            if (count > LONG_RUN) {
                sorted = sorted == null ? new StringBuilder(text.length()) : sorted;
                sorted.append(text, from, at);
                appendSorted(sorted, text.subSequence(at, end), form);
                from = end;
            }
            at = count > 0 ? end : at + Character.charCount(Character.codePointAt(text, at));
        }
        return sorted == null ? text : sorted.append(text, from, text.length());
    }

    private static void appendSorted(StringBuilder sorted, CharSequence run, Form form) {
        Form decomposed = form == Form.NFC || form == Form.NFD ? Form.NFD : Form.NFKD;
        int[] characters = run.codePoints()
                .flatMap(c ->
                        Normalizer.normalize(Character.toString(c), decomposed).codePoints())
                .toArray();
        int from = 0;
        for (int i = 0; i <= characters.length; i++) {
            if (i == characters.length || order(characters[i]) == 0) {
                sort(characters, from, i);
                from = i + 1;
            }
        }
        Arrays.stream(characters).forEach(sorted::appendCodePoint);
    }

    private static void sort(int[] characters, int from, int to) {
        long[] keys = new long[to - from];
        for (int i = 0; i < keys.length; i++) {
            keys[i] = (long) order(characters[from + i]) << 32 | i;
        }
        Arrays.sort(keys);
        int[] before = Arrays.copyOfRange(characters, from, to);
        for (int i = 0; i < keys.length; i++) {
            characters[from + i] = before[(int) keys[i]];
        }
    }

    private static int order(int codePoint) {
        return codePoint < TABLE.order().length ? TABLE.order()[codePoint] : 0;
    }
}
