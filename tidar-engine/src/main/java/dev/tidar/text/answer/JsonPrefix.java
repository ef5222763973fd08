package dev.tidar.text.answer;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.Optional;

/**
 * The beginning of a JSON text, cut anywhere: where in the value it was cut, and what the value is called so far. What
 * is not JSON is read without an error and has no useful place.
 */
public final class JsonPrefix {

    /** A string of which more may follow. */
    record Text(String text, boolean isWhole) {

        boolean mayBe(String other) {
            return isWhole ? text.equals(other) : other.startsWith(text);
        }
    }

    /** An open object or array. */
    private static final class Level {
        private final boolean isObject;
        private Optional<String> key = Optional.empty();
        private boolean isBeforeKey = true;
        private int index;

        Level(boolean isObject) {
            this.isObject = isObject;
        }

        String pointer() {
            return isObject
                    ? key.map(k -> "/" + k.replace("~", "~0").replace("/", "~1"))
                            .orElse("")
                    : "/" + index;
        }

        void next() {
            key = Optional.empty();
            isBeforeKey = true;
            index++;
        }
    }

    private final Deque<Level> levels = new ArrayDeque<>(); // the innermost first
    private final StringBuilder string = new StringBuilder();
    private boolean isInString;
    private boolean isEscaped;
    private Optional<Text> name = Optional.empty();

    private JsonPrefix() {}

    public static JsonPrefix of(String text) {
        JsonPrefix prefix = new JsonPrefix();
        text.chars().forEach(c -> prefix.read((char) c));
        if (prefix.isInString && !prefix.isKey()) {
            prefix.endValue(false);
        }
        return prefix;
    }

    /** JSON pointer (RFC 6901) of the innermost value that was begun last; empty for the value as a whole. */
    public String pointer() {
        StringBuilder pointer = new StringBuilder();
        for (Iterator<Level> outermost = levels.descendingIterator(); outermost.hasNext(); ) {
            pointer.append(outermost.next().pointer());
        }
        return pointer.toString();
    }

    /** The last member {@code name} of the outermost object, or of an object in the outermost array. */
    Optional<Text> name() {
        return name;
    }

    private void read(char c) {
        if (isInString) {
            readString(c);
            return;
        }
        switch (c) {
            case '"' -> {
                isInString = true;
                string.setLength(0);
            }
            case '{', '[' -> {
                levels.push(new Level(c == '{'));
                name = isCall() ? Optional.empty() : name;
            }
            case '}', ']' -> levels.poll();
            case ',' -> Optional.ofNullable(levels.peek()).ifPresent(Level::next);
            case ':' -> Optional.ofNullable(levels.peek()).ifPresent(level -> level.isBeforeKey = false);
            default -> {}
        }
    }

    private void readString(char c) {
        if (c == '"' && !isEscaped) {
            isInString = false;
            if (isKey()) {
                levels.element().key = Optional.of(string.toString());
            } else {
                endValue(true);
            }
            return;
        }
        isEscaped = c == '\\' && !isEscaped;
        string.append(c);
    }

    private void endValue(boolean isWhole) {
        if (isCall() && levels.element().key.filter("name"::equals).isPresent()) {
            name = Optional.of(new Text(string.toString(), isWhole));
        }
    }

    private boolean isKey() {
        Level level = levels.peek();
        return level != null && level.isObject && level.isBeforeKey;
    }

    /** Whether the innermost level is the object of a call. */
    private boolean isCall() {
        return levels.size() == 1 || levels.size() == 2 && !levels.getLast().isObject;
    }
}
