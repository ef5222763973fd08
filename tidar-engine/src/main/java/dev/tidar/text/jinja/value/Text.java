package dev.tidar.text.jinja.value;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** A string. Its length and its indexes count code points, as in Python. */
public record Text(String value) implements Value {

    @Override
    public String type() {
        return "str";
    }

    @Override
    public boolean truth() {
        return !value.isEmpty();
    }

    @Override
    public void print(Output out) {
        out.append(value);
    }

    /** Quotes the text with single quotes, or with double quotes where that avoids an escape. */
    @Override
    public void repr(Output out) {
        char quote = value.indexOf('\'') >= 0 && value.indexOf('"') < 0 ? '"' : '\'';
        out.append(quote);
        value.codePoints().forEach(c -> escape(c, quote, out));
        out.append(quote);
    }

    private static void escape(int c, char quote, Output out) {
        if (c == quote || c == '\\') {
            out.append('\\').append((char) c);
        } else if (c == '\n') {
            out.append("\\n");
        } else if (c == '\r') {
            out.append("\\r");
        } else if (c == '\t') {
            out.append("\\t");
        } else if (isPrintable(c)) {
            out.appendCodePoint(c);
        } else if (c < 0x100) {
            out.append("\\x%02x".formatted(c));
        } else if (c < 0x10000) {
            out.append("\\u%04x".formatted(c));
        } else {
            out.append("\\U%08x".formatted(c));
        }
    }

    private static boolean isPrintable(int c) {
        if (c == ' ') {
            return true;
        }
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SPACE_SEPARATOR -> false;
            default -> true;
        };
    }

    @Override
    public Object key() {
        return value;
    }

    @Override
    public OptionalInt length() {
        return OptionalInt.of(size());
    }

    public int size() {
        return value.codePointCount(0, value.length());
    }

    /** Returns the code points as one string each. */
    @Override
    public List<Value> elements(Budget budget) {
        budget.spendElements(value.length());
        List<Value> characters = new ArrayList<>(value.length());
        value.codePoints().forEach(c -> characters.add(Value.of(Character.toString(c))));
        return characters;
    }

    @Override
    public Optional<Value> attribute(String name) {
        return TextMethods.of(this, name);
    }

    @Override
    public Optional<Value> item(Value key, Budget budget) {
        if (key instanceof Text name) {
            return attribute(name.value());
        }
        budget.spend(value.length());
        return Subscripts.index(key, size()).map(i -> Value.of(at(i)));
    }

    /** Returns the character at a code point index, which must be in range. */
    String at(int index) {
        int offset = value.offsetByCodePoints(0, index);
        return Character.toString(value.codePointAt(offset));
    }

    /** Python's {@code str.isspace} for one code point; {@code strip} and {@code split} use it. */
    public static boolean isSpace(int c) {
        return c >= 9 && c <= 13
                || c >= 0x1c && c <= 0x20
                || c == 0x85
                || c == 0xa0
                || c == 0x1680
                || c >= 0x2000 && c <= 0x200a
                || c == 0x2028
                || c == 0x2029
                || c == 0x202f
                || c == 0x205f
                || c == 0x3000;
    }
}
