package dev.tidar.text.tokenizer.splitter;

import java.util.List;

/** One alternative of a split expression. Immutable. */
interface Alternative {

    int NO_MATCH = -1;

    /** Returns where the match that begins at an index ends; {@link #NO_MATCH} if there is none. */
    int match(String text, int start, int end);

    /**
     * So many characters of a set, as many as possible. One that gives characters back is followed by one that takes at
     * least one.
     */
    record Run(CharacterSet set, int min, int max) {

        static Run optional(CharacterSet set) {
            return new Run(set, 0, 1);
        }

        static Run any(CharacterSet set) {
            return new Run(set, 0, Integer.MAX_VALUE);
        }

        static Run some(CharacterSet set) {
            return new Run(set, 1, Integer.MAX_VALUE);
        }
    }

    /** Runs one after the other; a run gives characters back until the following ones match. */
    static Alternative runs(Run... runs) {
        List<Run> list = List.of(runs);
        return (text, start, end) -> match(list, 0, text, start, end);
    }

    /** An alternative, and another after it where that matches. */
    static Alternative followed(Alternative first, Alternative second) {
        return (text, start, end) -> {
            int between = first.match(text, start, end);
            int after = between == NO_MATCH ? NO_MATCH : second.match(text, between, end);
            return after == NO_MATCH ? between : after;
        };
    }

    /** Characters of a set, all of them at the end of the text, else all but the last: {@code \s+(?!\S)}. */
    static Alternative allBeforeLast(CharacterSet set) {
        return (text, start, end) -> {
            int last = start;
            int at = start;
            while (at < end && set.contains(text.codePointAt(at))) {
                last = at;
                at += Character.charCount(text.codePointAt(at));
            }
            int to = at == end ? end : last;
            return to > start ? to : NO_MATCH;
        };
    }

    private static int match(List<Run> runs, int index, String text, int start, int end) {
        if (index == runs.size()) {
            return start;
        }
        Run run = runs.get(index);
        int at = start;
        int count = 0;
        while (count < run.max() && at < end) {
            int codePoint = text.codePointAt(at);
            if (!run.set().contains(codePoint)) {
                break;
            }
            at += Character.charCount(codePoint);
            count++;
        }
        for (; count >= run.min(); count--) {
            int match = match(runs, index + 1, text, at, end);
            if (match != NO_MATCH || count == 0) {
                return match;
            }
            at -= Character.charCount(text.codePointBefore(at));
        }
        return NO_MATCH;
    }
}
