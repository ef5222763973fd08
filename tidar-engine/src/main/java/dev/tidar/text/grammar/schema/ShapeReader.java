package dev.tidar.text.grammar.schema;

import dev.tidar.text.grammar.automaton.Regex;
import dev.tidar.text.grammar.automaton.RegexParser;
import dev.tidar.text.grammar.automaton.TextAutomaton;
import dev.tidar.text.grammar.automaton.Work;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/** Reads what the keywords of a branch allow, type by type. */
final class ShapeReader {

    private static final BigDecimal INT_MIN = BigDecimal.valueOf(Integer.MIN_VALUE);
    private static final BigDecimal INT_MAX = BigDecimal.valueOf(Integer.MAX_VALUE);
    private static final BigDecimal LONG_MIN = BigDecimal.valueOf(Long.MIN_VALUE);
    private static final BigDecimal LONG_MAX = BigDecimal.valueOf(Long.MAX_VALUE);

    private final Work work;
    private final Map<String, TextAutomaton> patterns = new HashMap<>();
    private final Map<String, TextAutomaton> formats = new HashMap<>();

    ShapeReader(Work work) {
        this.work = work;
    }

    Work work() {
        return work;
    }

    /** The shapes of a branch: no value is in two of them, unless it is listed twice. */
    List<Shape> read(Conjunction branch) {
        List<Place> places = branch.places();
        List<Shape> shapes = new ArrayList<>();
        if (allows(places, "null")) {
            shapes.add(new Shape.Listed(List.of(JsonNodeFactory.instance.nullNode())));
        }
        if (allows(places, "boolean")) {
            shapes.add(new Shape.Listed(
                    List.of(JsonNodeFactory.instance.booleanNode(true), JsonNodeFactory.instance.booleanNode(false))));
        }
        boolean fractions = allows(places, "number");
        if (fractions || allows(places, "integer")) {
            shapes.add(numbers(places, !fractions));
        }
        if (allows(places, "string")) {
            shapes.add(strings(places));
        }
        if (allows(places, "array")) {
            shapes.add(arrays(places));
        }
        if (allows(places, "object")) {
            shapes.add(new Shape.Objects(new MembersReader(places, this)));
        }
        return isListed(places) ? List.of(listed(places, shapes)) : shapes;
    }

    /** Whether each place allows a type; {@code number} allows {@code integer}. */
    private static boolean allows(List<Place> places, String type) {
        for (Place place : places) {
            JsonNode allowed = place.get("type");
            if (!place.has("type")) {
                continue;
            }
            Set<String> names = new HashSet<>();
            if (allowed.isArray()) {
                allowed.forEach(name -> names.add(name.stringValue()));
            } else {
                names.add(allowed.stringValue());
            }
            if (!names.contains(type) && !(type.equals("integer") && names.contains("number"))) {
                return false;
            }
        }
        return true;
    }

    private static boolean isListed(List<Place> places) {
        return places.stream().anyMatch(place -> place.has("enum") || place.has("const"));
    }

    private Shape listed(List<Place> places, List<Shape> shapes) {
        List<List<JsonNode>> lists = new ArrayList<>();
        for (Place place : places) {
            if (place.has("const")) {
                lists.add(List.of(place.get("const")));
            }
            if (place.has("enum")) {
                if (!place.get("enum").isArray()) {
                    throw place.wrong("enum", "be a list of values");
                }
                lists.add(List.copyOf(place.get("enum").values()));
            }
        }
        List<JsonNode> kept = new ArrayList<>();
        for (JsonNode value : lists.get(0)) {
            work.spend(100L * lists.size());
            boolean inAll = lists.stream()
                    .skip(1)
                    .allMatch(list -> list.stream().anyMatch(other -> Shape.Listed.same(value, other)));
            if (inAll && shapes.stream().anyMatch(shape -> contains(shape, value, places))) {
                kept.add(value);
            }
        }
        return new Shape.Listed(kept);
    }

    private static boolean contains(Shape shape, JsonNode value, List<Place> places) {
        if (shape instanceof Shape.Listed listed) {
            return listed.contains(value);
        }
        if (shape instanceof Shape.Numbers numbers) {
            return value.isNumber() && numbers.contains(value.decimalValue());
        }
        if (shape instanceof Shape.Strings strings) {
            return value.isString() && strings.contains(value.stringValue());
        }
        boolean matches = shape instanceof Shape.Arrays ? value.isArray() : value.isObject();
        if (matches) {
            requireBare(places);
        }
        return matches;
    }

    /** A listed array or object stands for itself; keywords beside it would have to be checked. */
    private static void requireBare(List<Place> places) {
        for (Place place : places) {
            for (String keyword : place.node().propertyNames()) {
                if (Keywords.OF_STRUCTURES.contains(keyword)) {
                    throw place.unsupported(keyword, "beside a listed array or object");
                }
            }
        }
    }

    private static Shape.Numbers numbers(List<Place> places, boolean whole) {
        NumberRange range = NumberRange.ALL;
        List<BigDecimal> multiples = new ArrayList<>();
        for (Place place : places) {
            range = place.has("minimum") ? range.from(bound(place, "minimum"), false) : range;
            range = place.has("exclusiveMinimum") ? range.from(bound(place, "exclusiveMinimum"), true) : range;
            range = place.has("maximum") ? range.to(bound(place, "maximum"), false) : range;
            range = place.has("exclusiveMaximum") ? range.to(bound(place, "exclusiveMaximum"), true) : range;
            if (place.has("multipleOf")) {
                BigDecimal multiple = place.number("multipleOf");
                if (multiple.signum() <= 0) {
                    throw place.wrong("multipleOf", "be more than 0");
                }
                if (!NumberLanguage.canDivideBy(multiple)) {
                    throw place.unsupported("multipleOf " + multiple, "its digits are too many");
                }
                multiples.add(multiple);
            }
        }
        return new Shape.Numbers(range, made(places, range), whole, multiples);
    }

    /** The range without what a Java type of the format's name cannot hold. */
    private static NumberRange made(List<Place> places, NumberRange range) {
        NumberRange made = range;
        for (Place place : places) {
            String format = place.get("format").asString("");
            if (format.equals("int32")) {
                made = made.from(INT_MIN, false).to(INT_MAX, false);
            } else if (format.equals("int64")) {
                made = made.from(LONG_MIN, false).to(LONG_MAX, false);
            }
        }
        return made;
    }

    private static BigDecimal bound(Place place, String keyword) {
        BigDecimal bound = place.number(keyword);
        if (!NumberLanguage.canCompareWith(bound)) {
            throw place.unsupported(keyword + " " + Place.shortened(bound.toString()), "its digits are too many");
        }
        return bound;
    }

    private Shape.Strings strings(List<Place> places) {
        int min = 0;
        int max = Integer.MAX_VALUE;
        List<TextAutomaton> matched = new ArrayList<>();
        List<TextAutomaton> formatted = new ArrayList<>();
        for (Place place : places) {
            min = Math.max(min, place.min("minLength"));
            max = Math.min(max, place.max("maxLength"));
            if (place.has("pattern")) {
                matched.add(pattern(place, "pattern", place.string("pattern")));
            }
            if (place.has("format")) {
                Formats.regex(place)
                        .ifPresent(regex -> formatted.add(formats.computeIfAbsent(
                                place.string("format"), name -> TextAutomaton.of(regex, work))));
            }
        }
        return new Shape.Strings(min, max, matched, formatted);
    }

    /** The strings that match an expression somewhere. */
    TextAutomaton pattern(Place place, String keyword, String expression) {
        TextAutomaton known = patterns.get(expression);
        if (known == null) {
            Regex regex = RegexParser.parse("schema %s: %s".formatted(place.shown(), keyword), expression);
            known = TextAutomaton.of(Regex.search(regex), work);
            patterns.put(expression, known);
        }
        return known;
    }

    private static Shape.Arrays arrays(List<Place> places) {
        int numFirst = 0;
        int min = 0;
        int max = Integer.MAX_VALUE;
        boolean saysItems = false;
        Optional<Place> distinct = Optional.empty();
        for (Place place : places) {
            numFirst = Math.max(
                    numFirst,
                    place.has("prefixItems") ? place.schemas("prefixItems").size() : 0);
            min = Math.max(min, place.min("minItems"));
            max = Math.min(max, place.max("maxItems"));
            saysItems |= place.has("items");
            if (place.has("items") && place.get("items").isArray()) {
                throw place.wrong("items", "be a schema (schemas by position are prefixItems)");
            }
            if (place.has("uniqueItems")) {
                if (!place.get("uniqueItems").isBoolean()) {
                    throw place.wrong("uniqueItems", "be true or false");
                }
                distinct = place.get("uniqueItems").booleanValue() ? Optional.of(place) : distinct;
            }
        }
        List<Conjunction> first = new ArrayList<>();
        for (int i = 0; i < numFirst; i++) {
            first.add(element(places, i));
        }
        if (numFirst > 0 && !saysItems && min <= numFirst) {
            max = Math.min(max, numFirst); // elements that nothing is said about are not made
        }
        return new Shape.Arrays(first, element(places, numFirst), min, max, distinct);
    }

    private static Conjunction element(List<Place> places, int index) {
        List<Place> found = new ArrayList<>();
        for (Place place : places) {
            List<Place> prefix = place.has("prefixItems") ? place.schemas("prefixItems") : List.of();
            if (index < prefix.size()) {
                found.add(prefix.get(index));
            } else if (place.has("items")) {
                found.add(place.child("items"));
            }
        }
        return Conjunction.of(found);
    }
}
