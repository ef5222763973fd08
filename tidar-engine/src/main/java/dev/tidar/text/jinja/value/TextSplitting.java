package dev.tidar.text.jinja.value;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** The methods of a Python string that split it. */
public final class TextSplitting {

    private TextSplitting() {}

    static Value split(String self, Arguments arguments, Budget budget) {
        long limit = limit(arguments);
        if (arguments.get(0, Value.None.VALUE) == Value.None.VALUE) {
            return Sequence.ofCharged(words(self, limit, budget));
        }
        String separator = separator(arguments, self, budget);
        Parts parts = new Parts(budget);
        int from = 0;
        int at = self.indexOf(separator);
        while (at >= 0 && parts.list.size() < limit) {
            parts.add(self.substring(from, at));
            from = at + separator.length();
            at = self.indexOf(separator, from);
        }
        parts.add(self.substring(from));
        return Sequence.ofCharged(parts.list);
    }

    static Value splitFromEnd(String self, Arguments arguments, Budget budget) {
        long limit = limit(arguments);
        if (arguments.get(0, Value.None.VALUE) == Value.None.VALUE) {
            return Sequence.ofCharged(wordsFromEnd(self, limit, budget));
        }
        String separator = separator(arguments, self, budget);
        Parts parts = new Parts(budget);
        int end = self.length();
        int at = self.lastIndexOf(separator);
        while (at >= 0 && parts.list.size() < limit) {
            parts.add(self.substring(at + separator.length(), end));
            end = at;
            at = end < separator.length() ? -1 : self.lastIndexOf(separator, end - separator.length());
        }
        parts.add(self.substring(0, end));
        Collections.reverse(parts.list);
        return Sequence.ofCharged(parts.list);
    }

    private static long limit(Arguments arguments) {
        long limit = arguments.integer(1, -1);
        return limit < 0 ? Long.MAX_VALUE : limit;
    }

    private static String separator(Arguments arguments, String self, Budget budget) {
        String separator = arguments.text(0);
        if (separator.isEmpty()) {
            throw arguments.wrong(0, "a string that is not empty");
        }
        budget.spendSearch(self.length(), separator.length());
        return separator;
    }

    private static List<String> words(String text, long limit, Budget budget) {
        Parts words = new Parts(budget);
        int at = skip(text, 0, true);
        while (at < text.length()) {
            int end = words.list.size() < limit ? skip(text, at, false) : text.length();
            words.add(text.substring(at, end));
            at = skip(text, end, true);
        }
        return words.list;
    }

    private static int skip(String text, int from, boolean space) {
        int at = from;
        while (at < text.length() && Text.isSpace(text.charAt(at)) == space) {
            at++;
        }
        return at;
    }

    private static List<String> wordsFromEnd(String text, long limit, Budget budget) {
        Parts words = new Parts(budget);
        int end = skipBack(text, text.length(), true);
        while (end > 0) {
            int start = words.list.size() < limit ? skipBack(text, end, false) : 0;
            words.add(text.substring(start, end));
            end = skipBack(text, start, true);
        }
        Collections.reverse(words.list);
        return words.list;
    }

    private static int skipBack(String text, int from, boolean space) {
        int at = from;
        while (at > 0 && Text.isSpace(text.charAt(at - 1)) == space) {
            at--;
        }
        return at;
    }

    static Value lines(String self, Arguments arguments, Budget budget) {
        return Sequence.ofCharged(lines(self, arguments.flag(0, false), budget));
    }

    /** Python's {@code splitlines}. */
    public static List<String> lines(String text, boolean keepEnds, Budget budget) {
        Parts lines = new Parts(budget);
        int from = 0;
        for (int at = 0; at < text.length(); ) {
            int next = at + 1;
            if (isLineEnd(text.charAt(at))) {
                next += text.startsWith("\r\n", at) ? 1 : 0;
                lines.add(text.substring(from, keepEnds ? next : at));
                from = next;
            }
            at = next;
        }
        if (from < text.length()) {
            lines.add(text.substring(from));
        }
        return lines.list;
    }

    private static boolean isLineEnd(char c) {
        return c >= 0x0a && c <= 0x0d || c >= 0x1c && c <= 0x1e || c == 0x85 || c == 0x2028 || c == 0x2029;
    }

    static Value partition(String self, Arguments arguments, Budget budget) {
        String separator = separator(arguments, self, budget);
        int at = self.indexOf(separator);
        return at < 0 ? triple(self, "", "", budget) : around(self, at, separator, budget);
    }

    static Value partitionAtEnd(String self, Arguments arguments, Budget budget) {
        String separator = separator(arguments, self, budget);
        int at = self.lastIndexOf(separator);
        return at < 0 ? triple("", "", self, budget) : around(self, at, separator, budget);
    }

    private static Value around(String self, int at, String separator, Budget budget) {
        return triple(self.substring(0, at), separator, self.substring(at + separator.length()), budget);
    }

    private static Value triple(String before, String separator, String after, Budget budget) {
        budget.spend(before.length() + after.length());
        return Sequence.tuple(List.of(Value.of(before), Value.of(separator), Value.of(after)), budget);
    }

    /** Parts of a text, each charged before it is made: a text can have as many as it has characters. */
    private static final class Parts {
        private final List<String> list = new ArrayList<>();
        private final Budget budget;

        Parts(Budget budget) {
            this.budget = budget;
        }

        void add(String part) {
            budget.spendElements(1);
            list.add(part);
        }
    }
}
