package dev.tidar.text.jinja.library;

import dev.tidar.text.jinja.value.Dict;
import dev.tidar.text.jinja.value.Numbers;
import dev.tidar.text.jinja.value.Operators;
import dev.tidar.text.jinja.value.Output;
import dev.tidar.text.jinja.value.Sequence;
import dev.tidar.text.jinja.value.TemplateException;
import dev.tidar.text.jinja.value.Text;
import dev.tidar.text.jinja.value.Value;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Writes JSON like Python's {@code json.dumps} with the settings of transformers: no HTML escaping, keys in their
 * order, and non-ASCII characters kept unless the template asks otherwise.
 *
 * @param layout spaces, separators, order
 * @param out receives the text
 */
record JsonWriter(Layout layout, Output out) {

    /**
     * @param ascii whether characters beyond ASCII are escaped
     * @param indent the indentation of each level
     * @param lines whether each element gets its own line
     * @param itemSeparator the separator between elements
     * @param keySeparator the separator between a key and its value
     * @param sortKeys whether keys are sorted
     */
    record Layout(
            boolean ascii, String indent, boolean lines, String itemSeparator, String keySeparator, boolean sortKeys) {}

    void write(Value value) {
        write(value, 0);
    }

    private void write(Value value, int level) {
        if (value instanceof Text text) {
            quote(text.value());
        } else if (value instanceof Value.None) {
            out.append("null");
        } else if (value instanceof Value.Bool bool) {
            out.append(bool.value() ? "true" : "false");
        } else if (value instanceof Value.Int) {
            value.print(out);
        } else if (value instanceof Value.Real real) {
            out.append(number(real.value()));
        } else if (value instanceof Dict dict) {
            object(dict, level);
        } else if (value instanceof Sequence list
                && (list.kind() == Sequence.Kind.LIST || list.kind() == Sequence.Kind.TUPLE)) {
            array(list, level);
        } else {
            throw new TemplateException("tojson cannot write a " + value.type());
        }
    }

    private static String number(double value) {
        if (Double.isNaN(value)) {
            return "NaN";
        }
        if (Double.isInfinite(value)) {
            return value > 0 ? "Infinity" : "-Infinity";
        }
        return Numbers.shortest(value);
    }

    private void array(Sequence list, int level) {
        out.append('[');
        boolean first = true;
        for (Value item : list.items()) {
            separate(first, level + 1);
            write(item, level + 1);
            first = false;
        }
        close(first, level, ']');
    }

    private void object(Dict dict, int level) {
        out.append('{');
        boolean first = true;
        for (Dict.Entry entry : entries(dict)) {
            separate(first, level + 1);
            quote(key(entry.key()));
            out.append(layout.keySeparator());
            write(entry.value(), level + 1);
            first = false;
        }
        close(first, level, '}');
    }

    private List<Dict.Entry> entries(Dict dict) {
        if (!layout.sortKeys()) {
            return dict.entries();
        }
        Comparator<Dict.Entry> byKey = (a, b) -> Operators.compare(a.key(), b.key(), out.budget());
        return dict.entries().stream().sorted(byKey).collect(Collectors.toList());
    }

    private static String key(Value key) {
        if (key instanceof Text text) {
            return text.value();
        }
        if (key instanceof Value.Real real) {
            return number(real.value());
        }
        if (key instanceof Value.Int number) {
            return Long.toString(number.value());
        }
        return key instanceof Value.Bool bool ? Boolean.toString(bool.value()) : "null";
    }

    private void separate(boolean first, int level) {
        if (!first) {
            out.append(layout.itemSeparator());
        }
        newLine(level);
    }

    private void close(boolean empty, int level, char bracket) {
        if (!empty) {
            newLine(level);
        }
        out.append(bracket);
    }

    private void newLine(int level) {
        if (layout.lines()) {
            out.append('\n').repeat(layout.indent(), level);
        }
    }

    private void quote(String text) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            character(text.charAt(i));
        }
        out.append('"');
    }

    private void character(char c) {
        switch (c) {
            case '"' -> out.append("\\\"");
            case '\\' -> out.append("\\\\");
            case '\n' -> out.append("\\n");
            case '\r' -> out.append("\\r");
            case '\t' -> out.append("\\t");
            case '\f' -> out.append("\\f");
            case '\b' -> out.append("\\b");
            default -> {
                if (c < 0x20 || layout.ascii() && c > 0x7e) {
                    out.append("\\u%04x".formatted((int) c));
                } else {
                    out.append(c);
                }
            }
        }
    }
}
