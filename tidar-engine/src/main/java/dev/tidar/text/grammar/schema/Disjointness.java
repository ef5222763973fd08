package dev.tidar.text.grammar.schema;

import dev.tidar.text.grammar.automaton.TextAutomaton;
import java.util.List;
import tools.jackson.databind.JsonNode;

/**
 * Tries to prove that no value satisfies two schemas at the same time. A proof can rest on types, listed values,
 * ranges, lengths or patterns, on a member that both schemas require with values that cannot be the same, or on a
 * member that one requires and the other forbids.
 */
final class Disjointness {

    private static final int MAX_DEPTH = 3;

    private final Branches branches;
    private final ValueSetReader reader;

    Disjointness(Branches branches, ValueSetReader reader) {
        this.branches = branches;
        this.reader = reader;
    }

    /** Rejects a {@code oneOf} if two of its schemas may accept the same value. */
    void require(SchemaNode schema) {
        List<SchemaNode> options = schema.schemas("oneOf");
        for (int i = 0; i < options.size(); i++) {
            for (int j = i + 1; j < options.size(); j++) {
                if (!disjoint(Conjunction.of(List.of(options.get(i))), Conjunction.of(List.of(options.get(j))), 0)) {
                    throw schema.unsupported(
                            "oneOf", "schemas %d and %d may accept the same value; use anyOf".formatted(i, j));
                }
            }
        }
    }

    private boolean disjoint(Conjunction left, Conjunction right, int depth) {
        reader.work().spend(10_000);
        List<ValueSet> rights = branches.of(right).stream()
                .flatMap(branch -> reader.read(branch).stream())
                .toList();
        return branches.of(left).stream()
                .flatMap(branch -> reader.read(branch).stream())
                .allMatch(set -> rights.stream().allMatch(other -> disjoint(set, other, depth)));
    }

    private boolean disjoint(ValueSet left, ValueSet right, int depth) {
        if (left instanceof ValueSet.Enumerated listed) {
            return listed.values().stream().noneMatch(value -> mayContain(right, value));
        }
        if (right instanceof ValueSet.Enumerated) {
            return disjoint(right, left, depth);
        }
        if (left instanceof ValueSet.Numbers numbers && right instanceof ValueSet.Numbers others) {
            return numbers.range().isDisjoint(others.range());
        }
        if (left instanceof ValueSet.Strings strings && right instanceof ValueSet.Strings others) {
            return disjoint(strings, others);
        }
        if (left instanceof ValueSet.Arrays arrays && right instanceof ValueSet.Arrays others) {
            return arrays.min() > others.max() || others.min() > arrays.max();
        }
        if (left instanceof ValueSet.Objects objects && right instanceof ValueSet.Objects others) {
            return disjoint(objects.members(), others.members(), depth)
                    || disjoint(others.members(), objects.members(), depth);
        }
        return true; // different types
    }

    private static boolean mayContain(ValueSet set, JsonNode value) {
        if (set instanceof ValueSet.Enumerated listed) {
            return listed.contains(value);
        }
        if (set instanceof ValueSet.Numbers numbers) {
            return value.isNumber() && numbers.contains(value.decimalValue());
        }
        if (set instanceof ValueSet.Strings strings) {
            return value.isString() && withoutFormats(strings).contains(value.stringValue());
        }
        return set instanceof ValueSet.Arrays ? value.isArray() : value.isObject();
    }

    /** The set that stands for a format is smaller than the format, so it proves nothing. */
    private static ValueSet.Strings withoutFormats(ValueSet.Strings strings) {
        return new ValueSet.Strings(strings.min(), strings.max(), strings.patterns(), List.of());
    }

    private boolean disjoint(ValueSet.Strings left, ValueSet.Strings right) {
        if (left.min() > right.max() || right.min() > left.max()) {
            return true;
        }
        TextAutomaton both = StringLanguage.of(withoutFormats(left), reader.work())
                .and(StringLanguage.of(withoutFormats(right), reader.work()), reader.work());
        return both.isEmpty();
    }

    private boolean disjoint(MembersReader left, MembersReader right, int depth) {
        for (String name : left.required()) {
            Conjunction other = right.valueOf(name);
            if (other.isFalse()) {
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
