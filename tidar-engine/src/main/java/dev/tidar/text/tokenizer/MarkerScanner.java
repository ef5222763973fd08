package dev.tidar.text.tokenizer;

import dev.tidar.text.tokenizer.PromptText.Stretch;
import dev.tidar.text.tokenizer.unicode.CharacterClass;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Finds the added tokens in a prompt. It scans from the left and takes the longest match at each place, as the Hugging
 * Face tokenizer does, but only spellings that lie entirely outside of user text count. Immutable.
 */
final class MarkerScanner {

    /**
     * An added token in a prompt.
     *
     * @param id token id
     * @param start index of the first character that it covers, stripped white space included
     * @param end index after the last character that it covers
     */
    record Marker(int id, int start, int end) {}

    private final Map<Character, List<AddedToken>> longestFirst = new HashMap<>();

    MarkerScanner(List<AddedToken> tokens) {
        for (AddedToken token : tokens) {
            longestFirst
                    .computeIfAbsent(token.content().charAt(0), c -> new ArrayList<>())
                    .add(token);
        }
        Comparator<AddedToken> byLength =
                Comparator.comparingInt(token -> token.content().length());
        longestFirst.values().forEach(list -> list.sort(byLength.reversed()));
    }

    boolean isEmpty() {
        return longestFirst.isEmpty();
    }

    /** Returns the markers of a prompt, in order and without overlap. */
    List<Marker> scan(PromptText prompt) {
        List<Marker> markers = new ArrayList<>();
        int start = 0;
        for (Stretch user : prompt.userText()) {
            scan(prompt.text(), start, user.start(), markers);
            start = user.end();
        }
        scan(prompt.text(), start, prompt.text().length(), markers);
        return markers;
    }

    private void scan(String text, int from, int to, List<Marker> markers) {
        int at = from;
        while (at < to) {
            AddedToken token = tokenAt(text, at, to);
            if (token == null) {
                at++;
                continue;
            }
            int end = at + token.content().length();
            if (!token.singleWord() || standsAlone(text, at, end)) {
                int floor =
                        markers.isEmpty() ? 0 : markers.get(markers.size() - 1).end();
                markers.add(marker(token, text, Math.max(at, floor), end, floor));
            }
            at = end;
        }
    }

    private @Nullable AddedToken tokenAt(String text, int at, int to) {
        for (AddedToken token : longestFirst.getOrDefault(text.charAt(at), List.of())) {
            if (at + token.content().length() <= to && text.startsWith(token.content(), at)) {
                return token;
            }
        }
        return null;
    }

    private static Marker marker(AddedToken token, String text, int start, int end, int floor) {
        int first = start;
        while (token.stripsLeft() && first > floor && isSpace(text.charAt(first - 1))) {
            first--;
        }
        int last = end;
        while (token.stripsRight() && last < text.length() && isSpace(text.charAt(last))) {
            last++;
        }
        return new Marker(token.id(), first, last);
    }

    private static boolean standsAlone(String text, int start, int end) {
        return (start == 0 || !CharacterClass.isWord(text.codePointBefore(start)))
                && (end == text.length() || !CharacterClass.isWord(text.codePointAt(end)));
    }

    private static boolean isSpace(char c) {
        return CharacterClass.is(c, CharacterClass.SPACE);
    }
}
