package dev.tidar.text.jinja.library;

import dev.tidar.text.jinja.value.Arguments;
import dev.tidar.text.jinja.value.Budget;
import dev.tidar.text.jinja.value.LetterCase;
import dev.tidar.text.jinja.value.Output;
import dev.tidar.text.jinja.value.PercentFormat;
import dev.tidar.text.jinja.value.Sequence;
import dev.tidar.text.jinja.value.Text;
import dev.tidar.text.jinja.value.TextMethods;
import dev.tidar.text.jinja.value.TextSplitting;
import dev.tidar.text.jinja.value.Value;
import java.util.List;

/** Filters that make text. */
final class TextFilters {

    private TextFilters() {}

    /** Returns the text of a value, charged to the budget once more because the filter copies it. */
    private static String text(Value value, Budget budget) {
        String text = Value.text(value, budget);
        budget.spend(text.length());
        return text;
    }

    static Value upper(Value value, Arguments arguments, Budget budget) {
        return TextMethods.upper(text(value, budget), budget);
    }

    static Value lower(Value value, Arguments arguments, Budget budget) {
        return Value.of(LetterCase.lower(text(value, budget), budget));
    }

    static Value capitalize(Value value, Arguments arguments, Budget budget) {
        return TextMethods.capitalize(text(value, budget), budget);
    }

    /**
     * Capitalises words. Unlike the method of the same name, it treats space, hyphens and opening brackets as
     * separators.
     */
    static Value title(Value value, Arguments arguments, Budget budget) {
        Output titled = new Output(budget);
        boolean inside = false;
        for (int c : text(value, budget).codePoints().toArray()) {
            if (inside) {
                LetterCase.lower(Character.toString(c), titled);
            } else {
                LetterCase.upper(c, titled);
            }
            inside = !Text.isSpace(c) && "-({[<".indexOf(c) < 0;
        }
        return titled.toValue();
    }

    static Value trim(Value value, Arguments arguments, Budget budget) {
        return TextMethods.strip(text(value, budget), arguments, budget);
    }

    static Value replace(Value value, Arguments arguments, Budget budget) {
        long count = arguments.get(2, Value.None.VALUE) == Value.None.VALUE ? -1 : arguments.integer(2);
        return TextMethods.replace(
                text(value, budget),
                Value.text(arguments.get(0), budget),
                Value.text(arguments.get(1), budget),
                count < 0 ? Long.MAX_VALUE : count,
                budget);
    }

    static Value escape(Value value, Arguments arguments, Budget budget) {
        Output out = new Output(budget);
        text(value, budget).chars().forEach(c -> {
            switch (c) {
                case '&' -> out.append("&amp;");
                case '<' -> out.append("&lt;");
                case '>' -> out.append("&gt;");
                case '"' -> out.append("&#34;");
                case '\'' -> out.append("&#39;");
                default -> out.append((char) c);
            }
        });
        return out.toValue();
    }

    static Value format(Value value, Arguments arguments, Budget budget) {
        return PercentFormat.format(text(value, budget), Sequence.tuple(arguments.values(), budget), budget);
    }

    static Value indent(Value value, Arguments arguments, Budget budget) {
        Output margin = new Output(budget);
        if (arguments.get(0, Value.of(4)) instanceof Text text) {
            margin.append(text.value());
        } else {
            margin.repeat(" ", arguments.integer(0, 4));
        }
        boolean blank = arguments.flag(2, false);
        List<String> lines = TextSplitting.lines(text(value, budget) + "\n", false, budget);
        Output out = new Output(budget);
        out.append(arguments.flag(1, false) ? margin.toString() : "").append(lines.get(0));
        for (String line : lines.subList(1, lines.size())) {
            out.append('\n')
                    .append(blank || !line.isEmpty() ? margin.toString() : "")
                    .append(line);
        }
        return out.toValue();
    }

    static Value toJson(Value value, Arguments arguments, Budget budget) {
        Output out = new Output(budget);
        new JsonWriter(jsonLayout(arguments, budget), out).write(value);
        return out.toValue();
    }

    private static JsonWriter.Layout jsonLayout(Arguments arguments, Budget budget) {
        Value width = arguments.get(1, Value.None.VALUE);
        boolean lines = width != Value.None.VALUE;
        String indent = "";
        if (width instanceof Text text) {
            indent = text.value();
        } else if (lines) {
            indent = new Output(budget).repeat(" ", arguments.integer(1)).toString();
        }
        String itemSeparator = lines ? "," : ", ";
        String keySeparator = ": ";
        Value separators = arguments.get(2, Value.None.VALUE);
        if (separators != Value.None.VALUE) {
            List<Value> pair = separators.elements(budget);
            if (pair.size() != 2 || !(pair.get(0) instanceof Text) || !(pair.get(1) instanceof Text)) {
                throw arguments.wrong(2, "a pair of strings");
            }
            itemSeparator = Value.text(pair.get(0), budget);
            keySeparator = Value.text(pair.get(1), budget);
        }
        return new JsonWriter.Layout(
                arguments.flag(0, false), indent, lines, itemSeparator, keySeparator, arguments.flag(3, false));
    }
}
