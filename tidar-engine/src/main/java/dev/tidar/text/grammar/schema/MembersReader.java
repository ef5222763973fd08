package dev.tidar.text.grammar.schema;

import dev.tidar.text.grammar.automaton.Regex;
import dev.tidar.text.grammar.automaton.TextAutomaton;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * What the keywords of a branch say about the members of an object.
 *
 * <p>Declared are the names in {@code properties} and {@code required}, in their order. Further members are made where
 * {@code patternProperties} or {@code additionalProperties} name a schema for them, and in objects that declare
 * nothing. That is less than JSON Schema allows, which allows members that nobody mentioned.
 */
final class MembersReader {

    private final List<Place> places;
    private final ShapeReader shapes;
    private final Set<String> declared = new LinkedHashSet<>();
    private final Set<String> required = new LinkedHashSet<>();
    private final int min;
    private final int max;

    MembersReader(List<Place> places, ShapeReader shapes) {
        this.places = places;
        this.shapes = shapes;
        int min = 0;
        int max = Integer.MAX_VALUE;
        for (Place place : places) {
            declared.addAll(place.named("properties").keySet());
            min = Math.max(min, place.min("minProperties"));
            max = Math.min(max, place.max("maxProperties"));
        }
        for (Place place : places) {
            required.addAll(place.strings("required"));
        }
        declared.addAll(required);
        this.min = min;
        this.max = max;
    }

    /**
     * Members whose names are a set, rather than one name.
     *
     * @param names empty for any name at all
     */
    record Further(Optional<TextAutomaton> names, Conjunction value) {}

    /** Declared names, in their order, that {@code propertyNames} allows or that are required all the same. */
    List<String> declared() {
        List<TextAutomaton> allowed = allowedNames();
        return declared.stream()
                .filter(name -> required.contains(name) || allowed.stream().allMatch(names -> names.accepts(name)))
                .toList();
    }

    Set<String> required() {
        return required;
    }

    int min() {
        return min;
    }

    int max() {
        return max;
    }

    /** Whether a required name is forbidden, so that there is no such object. */
    boolean isImpossible() {
        List<TextAutomaton> allowed = allowedNames();
        return required.stream().anyMatch(name -> allowed.stream().anyMatch(names -> !names.accepts(name)));
    }

    /**
     * Refuses a least number of members that could be met by further members of one name, which the grammar does not
     * remember.
     */
    void requireCountable(boolean hasFurther) {
        if (hasFurther && min > required.size() + 1) {
            throw places.stream()
                    .filter(place -> place.min("minProperties") == min)
                    .findFirst()
                    .orElseThrow()
                    .unsupported("minProperties", "members whose names are not declared count once");
        }
    }

    /** The value of a member of this name. */
    Conjunction valueOf(String name) {
        List<Place> found = new ArrayList<>();
        for (Place place : places) {
            boolean matched = false;
            Place property = place.named("properties").get(name);
            if (property != null) {
                found.add(property);
                matched = true;
            }
            for (Map.Entry<String, Place> entry :
                    place.named("patternProperties").entrySet()) {
                if (names(entry.getValue(), entry.getKey()).accepts(name)) {
                    found.add(entry.getValue());
                    matched = true;
                }
            }
            if (!matched && place.has("additionalProperties")) {
                found.add(place.child("additionalProperties"));
            }
        }
        return Conjunction.of(found);
    }

    /** Whether any name at all may be that of a further member, with any value that is allowed for one. */
    boolean isOpen() {
        return declared.isEmpty()
                && makesUnmentioned()
                && places.stream().noneMatch(place -> place.has("patternProperties") || place.has("propertyNames"));
    }

    /** Further members, apart by the one pattern that matches their names, or none. */
    List<Further> further() {
        if (isOpen()) {
            Conjunction value = valueOfFurther(null);
            return value.isNever() ? List.of() : List.of(new Further(Optional.empty(), value));
        }
        Map<String, Place> patterns = new LinkedHashMap<>();
        places.forEach(place -> place.named("patternProperties").forEach(patterns::putIfAbsent));
        List<Further> found = new ArrayList<>();
        for (String pattern : patterns.keySet()) {
            if (valueOfFurther(pattern).isNever()) {
                continue;
            }
            TextAutomaton names = names(patterns.get(pattern), pattern);
            for (String other : patterns.keySet()) {
                names = other.equals(pattern) ? names : names.minus(names(patterns.get(other), other), shapes.work());
            }
            addFurther(found, names, valueOfFurther(pattern));
        }
        if (makesUnmentioned() && !valueOfFurther(null).isNever()) {
            TextAutomaton names = TextAutomaton.of(Regex.ANY_TEXT, shapes.work());
            for (String pattern : patterns.keySet()) {
                names = names.minus(names(patterns.get(pattern), pattern), shapes.work());
            }
            addFurther(found, names, valueOfFurther(null));
        }
        return found;
    }

    private boolean makesUnmentioned() {
        boolean named = places.stream().anyMatch(place -> place.has("additionalProperties"));
        boolean bare = declared.isEmpty() && places.stream().noneMatch(place -> place.has("patternProperties"));
        return named || bare;
    }

    private void addFurther(List<Further> found, TextAutomaton names, Conjunction value) {
        TextAutomaton kept = names.minus(TextAutomaton.of(declared, shapes.work()), shapes.work());
        for (TextAutomaton allowed : allowedNames()) {
            kept = kept.and(allowed, shapes.work());
        }
        if (!kept.isEmpty()) {
            found.add(new Further(Optional.of(kept), value));
        }
    }

    private Conjunction valueOfFurther(@Nullable String pattern) {
        List<Place> found = new ArrayList<>();
        for (Place place : places) {
            Place matched =
                    pattern == null ? null : place.named("patternProperties").get(pattern);
            if (matched != null) {
                found.add(matched);
            } else if (place.has("additionalProperties")) {
                found.add(place.child("additionalProperties"));
            }
        }
        return Conjunction.of(found);
    }

    private TextAutomaton names(Place place, String pattern) {
        return shapes.pattern(place, "patternProperties", pattern);
    }

    private List<TextAutomaton> allowedNames() {
        List<TextAutomaton> found = new ArrayList<>();
        for (Place place : places) {
            if (place.has("propertyNames")) {
                Place names = place.child("propertyNames");
                if (names.node().isBoolean()) {
                    if (!names.node().booleanValue()) {
                        found.add(TextAutomaton.of(List.of(), shapes.work()));
                    }
                    continue;
                }
                Keywords.check(names);
                requirePlain(names);
                for (Shape shape : shapes.read(new Conjunction(List.of(names)))) {
                    if (shape instanceof Shape.Strings strings) {
                        found.add(StringLanguage.of(strings, shapes.work()));
                    } else if (shape instanceof Shape.Listed listed && (names.has("enum") || names.has("const"))) {
                        found.add(TextAutomaton.of(
                                listed.values().stream()
                                        .filter(JsonNode::isString)
                                        .map(JsonNode::stringValue)
                                        .toList(),
                                shapes.work()));
                    }
                }
            }
        }
        return found;
    }

    private static void requirePlain(Place names) {
        for (String keyword : List.of("$ref", "allOf", "anyOf", "oneOf")) {
            if (names.has(keyword)) {
                throw names.unsupported(keyword, "in propertyNames");
            }
        }
    }
}
