package dev.tidar.text.tokenizer.splitter;

import dev.tidar.text.tokenizer.unicode.CharacterClass;

/** A set of characters, as a bracket expression describes it. Immutable. */
final class CharacterSet {

    private static final int ASCII = 128;

    private final boolean[] ascii = new boolean[ASCII];
    private final int classes;

    private CharacterSet(int classes) {
        this.classes = classes;
        for (int c = 0; c < ASCII; c++) {
            ascii[c] = CharacterClass.is(c, classes);
        }
    }

    /** All characters of these classes. */
    static CharacterSet of(int classes) {
        return new CharacterSet(classes);
    }

    /** All characters outside of these classes. */
    static CharacterSet not(int classes) {
        return new CharacterSet(~classes);
    }

    /** Adds characters, all of them ASCII. */
    CharacterSet with(String characters) {
        return changed(characters, true);
    }

    /** Takes characters away, all of them ASCII. */
    CharacterSet without(String characters) {
        return changed(characters, false);
    }

    private CharacterSet changed(String characters, boolean member) {
        CharacterSet changed = new CharacterSet(classes);
        System.arraycopy(ascii, 0, changed.ascii, 0, ASCII);
        characters.chars().forEach(c -> changed.ascii[c] = member);
        return changed;
    }

    boolean contains(int codePoint) {
        return codePoint < ASCII ? ascii[codePoint] : CharacterClass.is(codePoint, classes);
    }
}
