package dev.tidar.text.tokenizer.splitter;

import dev.tidar.text.tokenizer.unicode.CharacterClass;

/** Divides text into what matches and what does not. Immutable. */
interface Pattern {

    /** Takes the parts of a text, in order and without gaps. */
    interface Parts {
        void accept(int start, int end, boolean matches);
    }

    /** Divides a stretch of a text. What lies outside of it does not count. */
    void divide(String text, int start, int end, Parts parts);

    /** Matches a text, not empty, wherever it occurs. */
    static Pattern literal(String wanted) {
        return (text, start, end, parts) -> {
            int from = start;
            for (int at = text.indexOf(wanted, from);
                    at >= 0 && at + wanted.length() <= end;
                    at = text.indexOf(wanted, from)) {
                if (at > from) {
                    parts.accept(from, at, false);
                }
                from = at + wanted.length();
                parts.accept(at, from, true);
            }
            if (from < end) {
                parts.accept(from, end, false);
            }
        };
    }

    /** Matches each single number character, such as 7, but also \u00BD. */
    static Pattern number() {
        return (text, start, end, parts) -> {
            int from = start;
            for (int at = start; at < end; ) {
                int codePoint = text.codePointAt(at);
                int next = at + Character.charCount(codePoint);
                if (CharacterClass.isNumeric(codePoint)) {
                    if (at > from) {
                        parts.accept(from, at, false);
                    }
                    parts.accept(at, next, true);
                    from = next;
                }
                at = next;
            }
            if (from < end) {
                parts.accept(from, end, false);
            }
        };
    }
}
