package dev.tidar.text.tokenizer.normalizer;

import dev.tidar.text.tokenizer.unicode.NormalForm;
import java.text.Normalizer.Form;

/**
 * Brings text to a normal form of Unicode.
 *
 * @param form the form
 */
record UnicodeForm(Form form) implements Normalizer {

    /** Characters below these stay as they are, whatever stands beside them, if there are no others in a text. */
    private static final int LOWEST_COMBINING = 0x300;

    private static final int LOWEST_COMPOSED = 0xC0;
    private static final int LOWEST_COMPATIBLE = 0xA0;

    @Override
    public String apply(String text, int[] stretches) {
        int lowest = switch (form) {
            case NFC -> LOWEST_COMBINING;
            case NFD -> LOWEST_COMPOSED;
            case NFKC, NFKD -> LOWEST_COMPATIBLE;
        };
        if (text.chars().allMatch(c -> c < lowest)) {
            return text;
        }
        StringBuilder made = new StringBuilder(text.length());
        int from = 0;
        for (int i = 0; i < stretches.length; i++) {
            int cut = Math.max(from, i % 2 == 0 ? cutBefore(text, stretches[i]) : cutAfter(text, stretches[i]));
            NormalForm.append(made, text.subSequence(from, cut), form);
            from = cut;
            stretches[i] = made.length();
        }
        NormalForm.append(made, text.subSequence(from, text.length()), form);
        return made.toString();
    }

    private static int cutBefore(String text, int index) {
        int cut = insidePair(text, index) ? index - 1 : index;
        while (cut > 0 && cut < text.length() && !NormalForm.begins(text.codePointAt(cut))) {
            cut -= Character.charCount(text.codePointBefore(cut));
        }
        return cut;
    }

    private static int cutAfter(String text, int index) {
        int cut = insidePair(text, index) ? index + 1 : index;
        while (cut < text.length() && !NormalForm.begins(text.codePointAt(cut))) {
            cut += Character.charCount(text.codePointAt(cut));
        }
        return cut;
    }

    private static boolean insidePair(String text, int index) {
        return index < text.length() && Character.isLowSurrogate(text.charAt(index));
    }
}
