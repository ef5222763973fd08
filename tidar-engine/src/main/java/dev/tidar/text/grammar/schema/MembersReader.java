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
 * Reads what the keywords of a branch say about the members of an object.
 *
 * <p>Members are declared if {@code properties} or {@code required} names them; they keep that order. Additional
 * members are generated if {@code patternProperties} or {@code additionalProperties} has a schema for them, and in
 * objects that declare nothing. JSON Schema allows more: members that no keyword mentions.
 */
final class MembersReader {

    private final List<SchemaNode> schemas;
    private final List<Map<String, SchemaNode>> properties; // of each schema
    private final List<Map<String, SchemaNode>> patternProperties; // of each schema
    private final ValueSetReader reader;
    private final Set<String> declared = new LinkedHashSet<>();
    private final Set<String> required = new LinkedHashSet<>();
    private final int min;
    private final int max;

    MembersReader(List<SchemaNode> schemas, ValueSetReader reader) {
        this.schemas = schemas;
        this.properties =
                schemas.stream().map(schema -> schema.named("properties")).toList();
        this.patternProperties = schemas.stream()
                .map(schema -> schema.named("patternProperties"))
                .toList();
        this.reader = reader;
        properties.forEach(named -> declared.addAll(named.keySet()));
        int min = 0;
        int max = Integer.MAX_VALUE;
        for (SchemaNode schema : schemas) {
            min = Math.max(min, schema.min("minProperties"));
            max = Math.min(max, schema.max("maxProperties"));
        }
        for (SchemaNode schema : schemas) {
            required.addAll(schema.strings("required"));
        }
        declared.addAll(required);
        this.min = min;
        this.max = max;
    }

    /**
     * Members whose names are in a set.
     *
     * @param names the set; empty for any name
     */
    record Additional(Optional<TextAutomaton> names, Conjunction value) {}

    /** The declared names, in their order, except optional ones that {@code propertyNames} forbids. */
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

    /** Whether {@code propertyNames} forbids a required name, so that no object satisfies the branch. */
    boolean isImpossible() {
        List<TextAutomaton> allowed = allowedNames();
        return required.stream().anyMatch(name -> allowed.stream().anyMatch(names -> !names.accepts(name)));
    }

    /**
     * Rejects a minimum number of members that additional members with the same name could seem to reach: the grammar
     * does not remember names, and equal names count once.
     */
    void requireCountable(boolean hasAdditional) {
        if (hasAdditional && min > required.size() + 1) {
            throw schemas.stream()
                    .filter(schema -> schema.min("minProperties") == min)
                    .findFirst()
                    .orElseThrow()
                    .unsupported("minProperties", "members whose names are not declared count once");
        }
    }

    /** What the value of the member with this name must satisfy. */
    Conjunction valueOf(String name) {
        List<SchemaNode> found = new ArrayList<>();
        for (int i = 0; i < schemas.size(); i++) {
            SchemaNode schema = schemas.get(i);
            boolean matched = false;
            SchemaNode property = properties.get(i).get(name);
            if (property != null) {
                found.add(property);
                matched = true;
            }
            for (Map.Entry<String, SchemaNode> entry : patternProperties.get(i).entrySet()) {
                if (names(entry.getValue(), entry.getKey()).accepts(name)) {
                    found.add(entry.getValue());
                    matched = true;
                }
            }
            if (!matched && schema.has("additionalProperties")) {
                found.add(schema.child("additionalProperties"));
            }
        }
        return Conjunction.of(found);
    }

    /** Whether additional members can have any name, and all have to satisfy the same schemas. */
    boolean isOpen() {
        return declared.isEmpty()
                && generatesUndeclared()
                && schemas.stream().noneMatch(schema -> schema.has("patternProperties") || schema.has("propertyNames"));
    }

    /** The additional members, grouped by the one pattern that matches their names; one group matches no pattern. */
    List<Additional> additional() {
        if (isOpen()) {
            Conjunction value = valueOfAdditional(null);
            return value.isFalse() ? List.of() : List.of(new Additional(Optional.empty(), value));
        }
        Map<String, SchemaNode> patterns = new LinkedHashMap<>();
        patternProperties.forEach(named -> named.forEach(patterns::putIfAbsent));
        List<Additional> found = new ArrayList<>();
        for (String pattern : patterns.keySet()) {
            if (valueOfAdditional(pattern).isFalse()) {
                continue;
            }
            TextAutomaton names = names(patterns.get(pattern), pattern);
            for (String other : patterns.keySet()) {
                names = other.equals(pattern) ? names : names.minus(names(patterns.get(other), other), reader.work());
            }
            addAdditional(found, names, valueOfAdditional(pattern));
        }
        if (generatesUndeclared() && !valueOfAdditional(null).isFalse()) {
            TextAutomaton names = TextAutomaton.of(Regex.ANY_TEXT, reader.work());
            for (String pattern : patterns.keySet()) {
                names = names.minus(names(patterns.get(pattern), pattern), reader.work());
            }
            addAdditional(found, names, valueOfAdditional(null));
        }
        return found;
    }

    /** Whether members are generated that no keyword names. */
    private boolean generatesUndeclared() {
        boolean mentioned = schemas.stream().anyMatch(schema -> schema.has("additionalProperties"));
        boolean unrestricted =
                declared.isEmpty() && schemas.stream().noneMatch(schema -> schema.has("patternProperties"));
        return mentioned || unrestricted;
    }

    private void addAdditional(List<Additional> found, TextAutomaton names, Conjunction value) {
        TextAutomaton kept = names.minus(TextAutomaton.of(declared, reader.work()), reader.work());
        for (TextAutomaton allowed : allowedNames()) {
            kept = kept.and(allowed, reader.work());
        }
        if (!kept.isEmpty()) {
            found.add(new Additional(Optional.of(kept), value));
        }
    }

    private Conjunction valueOfAdditional(@Nullable String pattern) {
        List<SchemaNode> found = new ArrayList<>();
        for (int i = 0; i < schemas.size(); i++) {
            SchemaNode schema = schemas.get(i);
            SchemaNode matched =
                    pattern == null ? null : patternProperties.get(i).get(pattern);
            if (matched != null) {
                found.add(matched);
            } else if (schema.has("additionalProperties")) {
                found.add(schema.child("additionalProperties"));
            }
        }
        return Conjunction.of(found);
    }

    private TextAutomaton names(SchemaNode schema, String pattern) {
        return reader.pattern(schema, "patternProperties", pattern);
    }

    /** The sets of names that {@code propertyNames} allows; a name must be in each of them. */
    private List<TextAutomaton> allowedNames() {
        List<TextAutomaton> found = new ArrayList<>();
        for (SchemaNode schema : schemas) {
            if (schema.has("propertyNames")) {
                found.addAll(allowedNames(schema.child("propertyNames")));
            }
        }
        return found;
    }

    private List<TextAutomaton> allowedNames(SchemaNode names) {
        if (names.node().isBoolean()) {
            return names.node().booleanValue() ? List.of() : List.of(TextAutomaton.of(List.of(), reader.work()));
        }
        Keywords.check(names);
        requirePlain(names);
        List<TextAutomaton> found = new ArrayList<>();
        for (ValueSet set : reader.read(new Conjunction(List.of(names)))) {
            if (set instanceof ValueSet.Strings strings) {
                found.add(StringLanguage.of(strings, reader.work()));
            } else if (set instanceof ValueSet.Enumerated listed && (names.has("enum") || names.has("const"))) {
                found.add(TextAutomaton.of(
                        listed.values().stream()
                                .filter(JsonNode::isString)
                                .map(JsonNode::stringValue)
                                .toList(),
                        reader.work()));
            }
        }
        return found;
    }

    private static void requirePlain(SchemaNode names) {
        for (String keyword : List.of("$ref", "allOf", "anyOf", "oneOf")) {
            if (names.has(keyword)) {
                throw names.unsupported(keyword, "in propertyNames");
            }
        }
    }
}
