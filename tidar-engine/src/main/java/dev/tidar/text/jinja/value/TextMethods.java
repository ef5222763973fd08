package dev.tidar.text.jinja.value;

import static java.util.Map.entry;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntPredicate;

/** The methods of a Python string that a template can call. */
public final class TextMethods {

    private interface Method {
        Value call(String self, Arguments arguments, Budget budget);
    }

    private record Entry(List<String> parameters, Method method) {}

    private static final Map<String, Entry> TABLE = Map.ofEntries(
            method("strip", TextMethods::strip, "chars"),
            method("lstrip", TextMethods::stripStart, "chars"),
            method("rstrip", TextMethods::stripEnd, "chars"),
            method("startswith", (s, a, b) -> Value.of(anyAffix(a, b, s::startsWith)), "prefix"),
            method("endswith", (s, a, b) -> Value.of(anyAffix(a, b, s::endsWith)), "suffix"),
            method("split", TextSplitting::split, "sep", "maxsplit"),
            method("rsplit", TextSplitting::splitFromEnd, "sep", "maxsplit"),
            method("splitlines", TextSplitting::lines, "keepends"),
            method("partition", TextSplitting::partition, "sep"),
            method("rpartition", TextSplitting::partitionAtEnd, "sep"),
            method("upper", (s, a, b) -> upper(s, b)),
            method("lower", (s, a, b) -> Value.of(LetterCase.lower(s, b))),
            method("title", (s, a, b) -> title(s, b)),
            method("capitalize", (s, a, b) -> capitalize(s, b)),
            method("replace", TextMethods::replace, "old", "new", "count"),
            method("find", (s, a, b) -> Value.of(find(s, a, b)), "sub"),
            method("rfind", (s, a, b) -> Value.of(findLast(s, a, b)), "sub"),
            method("index", (s, a, b) -> Value.of(found(find(s, a, b))), "sub"),
            method("count", TextMethods::count, "sub"),
            method("join", TextMethods::join, "iterable"),
            method("removeprefix", TextMethods::removePrefix, "prefix"),
            method("removesuffix", TextMethods::removeSuffix, "suffix"),
            method("isalpha", (s, a, b) -> all(s, Character::isLetter)),
            method("isalnum", (s, a, b) -> all(s, Character::isLetterOrDigit)),
            method("isdigit", (s, a, b) -> all(s, Character::isDigit)),
            method("isspace", (s, a, b) -> all(s, Text::isSpace)),
            method("isupper", (s, a, b) -> Value.of(isUpper(s))),
            method("islower", (s, a, b) -> Value.of(isLower(s))));

    private TextMethods() {}

    private static Map.Entry<String, Entry> method(String name, Method method, String... parameters) {
        return entry(name, new Entry(List.of(parameters), method));
    }

    static Optional<Value> of(Text self, String name) {
        return Optional.ofNullable(TABLE.get(name))
                .map(entry -> Value.Callable.of(name, entry.parameters(), (arguments, budget) -> {
                    budget.spend(self.value().length());
                    return entry.method().call(self.value(), arguments, budget);
                }));
    }

    public static Value strip(String self, Arguments arguments, Budget budget) {
        IntPredicate stripped = stripped(arguments, budget, self);
        return Value.of(stripEnd(stripStart(self, stripped), stripped));
    }

    private static Value stripStart(String self, Arguments arguments, Budget budget) {
        return Value.of(stripStart(self, stripped(arguments, budget, self)));
    }

    private static Value stripEnd(String self, Arguments arguments, Budget budget) {
        return Value.of(stripEnd(self, stripped(arguments, budget, self)));
    }

    private static IntPredicate stripped(Arguments arguments, Budget budget, String self) {
        if (arguments.get(0, Value.None.VALUE) == Value.None.VALUE) {
            return Text::isSpace;
        }
        String characters = arguments.text(0);
        budget.spendProduct(self.length(), 1 + characters.length());
        return c -> characters.indexOf(c) >= 0;
    }

    private static String stripStart(String text, IntPredicate stripped) {
        int start = 0;
        while (start < text.length() && stripped.test(text.codePointAt(start))) {
            start += Character.charCount(text.codePointAt(start));
        }
        return text.substring(start);
    }

    private static String stripEnd(String text, IntPredicate stripped) {
        int end = text.length();
        while (end > 0 && stripped.test(text.codePointBefore(end))) {
            end -= Character.charCount(text.codePointBefore(end));
        }
        return text.substring(0, end);
    }

    private interface Affix {
        boolean test(String affix);
    }

    private static boolean anyAffix(Arguments arguments, Budget budget, Affix test) {
        if (arguments.get(0) instanceof Sequence options && options.kind() == Sequence.Kind.TUPLE) {
            budget.spendElements(options.items().size());
            return options.items().stream().anyMatch(option -> {
                String affix = affix(arguments, option);
                budget.spend(affix.length());
                return test.test(affix);
            });
        }
        return test.test(arguments.text(0));
    }

    private static String affix(Arguments arguments, Value option) {
        if (option instanceof Text text) {
            return text.value();
        }
        throw arguments.wrong(0, "a string or a tuple of strings");
    }

    public static Value upper(String text, Budget budget) {
        Output out = new Output(budget);
        LetterCase.upper(text, out);
        return out.toValue();
    }

    /** Capitalises each word, which is a run of letters. */
    private static Value title(String text, Budget budget) {
        Output titled = new Output(budget);
        boolean inside = false;
        for (int c : text.codePoints().toArray()) {
            if (inside) {
                LetterCase.lower(Character.toString(c), titled);
            } else {
                titled.appendCodePoint(Character.toTitleCase(c));
            }
            inside = Character.isLetter(c);
        }
        return titled.toValue();
    }

    public static Value capitalize(String text, Budget budget) {
        Output out = new Output(budget);
        if (!text.isEmpty()) {
            int first = text.codePointAt(0);
            out.appendCodePoint(Character.toTitleCase(first));
            LetterCase.lower(text.substring(Character.charCount(first)), out);
        }
        return out.toValue();
    }

    static Value replace(String self, Arguments arguments, Budget budget) {
        String old = arguments.text(0);
        String fresh = arguments.text(1);
        long count = arguments.integer(2, -1);
        return replace(self, old, fresh, count < 0 ? Long.MAX_VALUE : count, budget);
    }

    public static Value replace(String self, String old, String fresh, long count, Budget budget) {
        budget.spendSearch(self.length(), old.length());
        Output out = new Output(budget);
        int from = 0;
        long left = count;
        int at = self.indexOf(old);
        while (at >= 0 && left-- > 0) {
            out.append(self.substring(from, at)).append(fresh);
            from = at + old.length();
            // An empty text matches before each character and at the end.
            int next = old.isEmpty() ? nextBoundary(self, at) : from;
            at = next > self.length() ? -1 : self.indexOf(old, next);
        }
        return out.append(self.substring(from)).toValue();
    }

    private static int nextBoundary(String text, int at) {
        return at == text.length() ? at + 1 : text.offsetByCodePoints(at, 1);
    }

    private static int find(String self, Arguments arguments, Budget budget) {
        budget.spendSearch(self.length(), arguments.text(0).length());
        return codePoints(self, self.indexOf(arguments.text(0)));
    }

    private static int findLast(String self, Arguments arguments, Budget budget) {
        budget.spendSearch(self.length(), arguments.text(0).length());
        return codePoints(self, self.lastIndexOf(arguments.text(0)));
    }

    private static int codePoints(String text, int offset) {
        return offset < 0 ? -1 : text.codePointCount(0, offset);
    }

    private static int found(int index) {
        if (index < 0) {
            throw new TemplateException("index must find the text, but it is not there");
        }
        return index;
    }

    private static Value count(String self, Arguments arguments, Budget budget) {
        String part = arguments.text(0);
        budget.spendSearch(self.length(), part.length());
        if (part.isEmpty()) {
            return Value.of(self.codePointCount(0, self.length()) + 1);
        }
        long count = 0;
        for (int at = self.indexOf(part); at >= 0; at = self.indexOf(part, at + part.length())) {
            count++;
        }
        return Value.of(count);
    }

    private static Value join(String self, Arguments arguments, Budget budget) {
        Output out = new Output(budget);
        String separator = "";
        for (Value item : arguments.get(0).elements(budget)) {
            if (!(item instanceof Text text)) {
                throw arguments.wrong(0, "an iterable of strings");
            }
            out.append(separator).append(text.value());
            separator = self;
        }
        return out.toValue();
    }

    private static Value removePrefix(String self, Arguments arguments, Budget budget) {
        String prefix = arguments.text(0);
        return Value.of(self.startsWith(prefix) ? self.substring(prefix.length()) : self);
    }

    private static Value removeSuffix(String self, Arguments arguments, Budget budget) {
        String suffix = arguments.text(0);
        return Value.of(self.endsWith(suffix) ? self.substring(0, self.length() - suffix.length()) : self);
    }

    private static Value all(String text, IntPredicate test) {
        return Value.of(!text.isEmpty() && text.codePoints().allMatch(test));
    }

    public static boolean isUpper(String text) {
        return text.codePoints().anyMatch(Character::isUpperCase)
                && text.codePoints().noneMatch(c -> Character.isLowerCase(c) || Character.isTitleCase(c));
    }

    public static boolean isLower(String text) {
        return text.codePoints().anyMatch(Character::isLowerCase)
                && text.codePoints().noneMatch(c -> Character.isUpperCase(c) || Character.isTitleCase(c));
    }
}
