package dev.tidar.text.grammar.schema;

import dev.tidar.text.grammar.automaton.TextAutomaton;
import java.util.List;
import tools.jackson.databind.JsonNode;

/**
 * Whether no value satisfies two schemas, as far as that can be proved: by type, by listed values, by ranges and
 * patterns, or by a member that both require with values that cannot be the same, or that one requires and the other
 * forbids.
 */
final class Disjointness {

    private static final int MAX_DEPTH = 3;

    private final Branches branches;
    private final ShapeReader shapes;

    Disjointness(Branches branches, ShapeReader shapes) {
        this.branches = branches;
        this.shapes = shapes;
    }

    /** Refuses a {@code oneOf} two of whose schemas may both accept a value. */
    void require(Place place) {
        List<Place> options = place.schemas("oneOf");
        for (int i = 0; i < options.size(); i++) {
            for (int j = i + 1; j < options.size(); j++) {
                if (!disjoint(Conjunction.of(List.of(options.get(i))), Conjunction.of(List.of(options.get(j))), 0)) {
                    throw place.unsupported(
                            "oneOf", "schemas %d and %d may accept the same value; use anyOf".formatted(i, j));
                }
            }
        }
    }

    private boolean disjoint(Conjunction left, Conjunction right, int depth) {
        shapes.work().spend(10_000);
        List<Shape> rights = branches.of(right).stream()
                .flatMap(branch -> shapes.read(branch).stream())
                .toList();
        return branches.of(left).stream()
                .flatMap(branch -> shapes.read(branch).stream())
                .allMatch(shape -> rights.stream().allMatch(other -> disjoint(shape, other, depth)));
    }

    private boolean disjoint(Shape left, Shape right, int depth) {
        if (left instanceof Shape.Listed listed) {
            return listed.values().stream().noneMatch(value -> mayContain(right, value));
        }
        if (right instanceof Shape.Listed) {
            return disjoint(right, left, depth);
        }
        if (left instanceof Shape.Numbers numbers && right instanceof Shape.Numbers others) {
            return numbers.range().isDisjoint(others.range());
        }
        if (left instanceof Shape.Strings strings && right instanceof Shape.Strings others) {
            return disjoint(strings, others);
        }
        if (left instanceof Shape.Arrays arrays && right instanceof Shape.Arrays others) {
            return arrays.min() > others.max() || others.min() > arrays.max();
        }
        if (left instanceof Shape.Objects objects && right instanceof Shape.Objects others) {
            return disjoint(objects.members(), others.members(), depth)
                    || disjoint(others.members(), objects.members(), depth);
        }
        return true; // different types
    }

    private static boolean mayContain(Shape shape, JsonNode value) {
        if (shape instanceof Shape.Listed listed) {
            return listed.contains(value);
        }
        if (shape instanceof Shape.Numbers numbers) {
            return value.isNumber() && numbers.contains(value.decimalValue());
        }
        if (shape instanceof Shape.Strings strings) {
            return value.isString() && withoutFormats(strings).contains(value.stringValue());
        }
        return shape instanceof Shape.Arrays ? value.isArray() : value.isObject();
    }

    /** A format's set is smaller than the format, so it proves nothing. */
    private static Shape.Strings withoutFormats(Shape.Strings strings) {
        return new Shape.Strings(strings.min(), strings.max(), strings.patterns(), List.of());
    }

    private boolean disjoint(Shape.Strings left, Shape.Strings right) {
        if (left.min() > right.max() || right.min() > left.max()) {
            return true;
        }
        TextAutomaton both = StringLanguage.of(withoutFormats(left), shapes.work())
                .and(StringLanguage.of(withoutFormats(right), shapes.work()), shapes.work());
        return both.isEmpty();
    }

    private boolean disjoint(MembersReader left, MembersReader right, int depth) {
        for (String name : left.required()) {
            Conjunction other = right.valueOf(name);
            if (other.isNever()) {
                return true;
            }
            if (depth < MAX_DEPTH
                    && right.required().contains(name)
                    && disjoint(left.valueOf(name), other, depth + 1)) {
                return true;
            }
        }
        return false;
    }
}
