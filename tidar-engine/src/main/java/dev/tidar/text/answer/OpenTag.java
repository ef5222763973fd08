package dev.tidar.text.answer;

import java.util.Collection;
import java.util.List;

/** The start of what may become one of the tags that are sought. Confined to one thread. */
final class OpenTag {

    private final StringBuilder start = new StringBuilder();
    private List<String> sought = List.of();

    /** Whether this is white space that JSON may have. */
    static boolean isSpace(char c) {
        return c == ' ' || c == '\n' || c == '\r' || c == '\t';
    }

    void seek(List<String> tags) {
        sought = List.copyOf(tags);
    }

    boolean seeksAnything() {
        return !sought.isEmpty();
    }

    boolean isEmpty() {
        return start.isEmpty();
    }

    void add(char c) {
        start.append(c);
    }

    char removeFirst() {
        char first = start.charAt(0);
        start.deleteCharAt(0);
        return first;
    }

    /** Whether it is the start of a tag that is sought, or all of it. */
    boolean isPossible() {
        for (String tag : sought) {
            if (isStartOf(tag)) {
                return true;
            }
        }
        return false;
    }

    /** Whether it can only become one of these, among the tags that are sought. */
    boolean canOnlyBecome(Collection<String> tags) {
        return isPossible() && sought.stream().filter(this::isStartOf).allMatch(tags::contains);
    }

    boolean isWhole() {
        for (String tag : sought) {
            if (tag.contentEquals(start)) {
                return true;
            }
        }
        return false;
    }

    private boolean isStartOf(String tag) {
        for (int i = 0; i < start.length(); i++) {
            if (i == tag.length() || tag.charAt(i) != start.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    /** What it is; it is empty afterwards. */
    String take() {
        String taken = text();
        start.setLength(0);
        return taken;
    }

    String text() {
        return start.toString();
    }
}
