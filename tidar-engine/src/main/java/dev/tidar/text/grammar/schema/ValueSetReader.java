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

/** Reads the keywords of a branch as sets of values, one or more for each type. */
final class ValueSetReader {

    private static final BigDecimal INT_MIN = BigDecimal.valueOf(Integer.MIN_VALUE);
    private static final BigDecimal INT_MAX = BigDecimal.valueOf(Integer.MAX_VALUE);
    private static final BigDecimal LONG_MIN = BigDecimal.valueOf(Long.MIN_VALUE);
    private static final BigDecimal LONG_MAX = BigDecimal.valueOf(Long.MAX_VALUE);

    private final Work work;
    private final Map<String, TextAutomaton> patterns = new HashMap<>();
    private final Map<String, TextAutomaton> formats = new HashMap<>();

    ValueSetReader(Work work) {
        this.work = work;
    }

    Work work() {
        return work;
    }

    /** The values that a branch allows, as sets that do not overlap. */
    List<ValueSet> read(Conjunction branch) {
        List<SchemaNode> schemas = branch.schemas();
        List<ValueSet> sets = new ArrayList<>();
        if (allows(schemas, "null")) {
            sets.add(new ValueSet.Enumerated(List.of(JsonNodeFactory.instance.nullNode())));
        }
        if (allows(schemas, "boolean")) {
            sets.add(new ValueSet.Enumerated(
                    List.of(JsonNodeFactory.instance.booleanNode(true), JsonNodeFactory.instance.booleanNode(false))));
        }
        boolean allowsFractions = allows(schemas, "number");
        if (allowsFractions || allows(schemas, "integer")) {
            sets.add(numbers(schemas, !allowsFractions));
        }
        if (allows(schemas, "string")) {
            sets.add(strings(schemas));
        }
        if (allows(schemas, "array")) {
            sets.add(arrays(schemas));
        }
        if (allows(schemas, "object")) {
            sets.add(new ValueSet.Objects(new MembersReader(schemas, this)));
        }
        return isListed(schemas) ? List.of(listed(schemas, sets)) : sets;
    }

    /** Whether every schema allows a type; {@code number} includes {@code integer}. */
    private static boolean allows(List<SchemaNode> schemas, String type) {
        for (SchemaNode schema : schemas) {
            JsonNode allowed = schema.get("type");
            if (!schema.has("type")) {
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

    private static boolean isListed(List<SchemaNode> schemas) {
        return schemas.stream().anyMatch(schema -> schema.has("enum") || schema.has("const"));
    }

    private ValueSet listed(List<SchemaNode> schemas, List<ValueSet> sets) {
        List<List<JsonNode>> lists = new ArrayList<>();
        for (SchemaNode schema : schemas) {
            if (schema.has("const")) {
                lists.add(List.of(schema.get("const")));
            }
            if (schema.has("enum")) {
                if (!schema.get("enum").isArray()) {
                    throw schema.invalid("enum", "be a list of values");
                }
                lists.add(List.copyOf(schema.get("enum").values()));
            }
        }
        List<JsonNode> kept = new ArrayList<>();
        for (JsonNode value : lists.get(0)) {
            work.spend(100L * lists.size());
            boolean inAll = lists.stream()
                    .skip(1)
                    .allMatch(list -> list.stream().anyMatch(other -> ValueSet.Enumerated.same(value, other)));
            if (inAll && sets.stream().anyMatch(set -> contains(set, value, schemas))) {
                kept.add(value);
            }
        }
        return new ValueSet.Enumerated(kept);
    }

    private static boolean contains(ValueSet set, JsonNode value, List<SchemaNode> schemas) {
        if (set instanceof ValueSet.Enumerated listed) {
            return listed.contains(value);
        }
        if (set instanceof ValueSet.Numbers numbers) {
            return value.isNumber() && numbers.contains(value.decimalValue());
        }
        if (set instanceof ValueSet.Strings strings) {
            return value.isString() && strings.contains(value.stringValue());
        }
        boolean matches = set instanceof ValueSet.Arrays ? value.isArray() : value.isObject();
        if (matches) {
            requireNoOtherKeywords(schemas);
        }
        return matches;
    }

    /** Rejects keywords beside a listed array or object, because it is not checked against them. */
    private static void requireNoOtherKeywords(List<SchemaNode> schemas) {
        for (SchemaNode schema : schemas) {
            for (String keyword : schema.node().propertyNames()) {
                if (Keywords.OF_STRUCTURES.contains(keyword)) {
                    throw schema.unsupported(keyword, "beside a listed array or object");
                }
            }
        }
    }

    private static ValueSet.Numbers numbers(List<SchemaNode> schemas, boolean integersOnly) {
        NumberRange range = NumberRange.ALL;
        List<BigDecimal> multiples = new ArrayList<>();
        for (SchemaNode schema : schemas) {
            range = schema.has("minimum") ? range.from(bound(schema, "minimum"), false) : range;
            range = schema.has("exclusiveMinimum") ? range.from(bound(schema, "exclusiveMinimum"), true) : range;
            range = schema.has("maximum") ? range.to(bound(schema, "maximum"), false) : range;
            range = schema.has("exclusiveMaximum") ? range.to(bound(schema, "exclusiveMaximum"), true) : range;
            if (schema.has("multipleOf")) {
                BigDecimal multiple = schema.number("multipleOf");
                if (multiple.signum() <= 0) {
                    throw schema.invalid("multipleOf", "be more than 0");
                }
                if (!NumberLanguage.canDivideBy(multiple)) {
                    throw schema.unsupported("multipleOf " + multiple, "its digits are too many");
                }
                multiples.add(multiple);
            }
        }
        return new ValueSet.Numbers(range, generated(schemas, range), integersOnly, multiples);
    }

    /** The part of a range that fits the formats {@code int32} and {@code int64}. */
    private static NumberRange generated(List<SchemaNode> schemas, NumberRange range) {
        NumberRange generated = range;
        for (SchemaNode schema : schemas) {
            String format = schema.get("format").asString("");
            if (format.equals("int32")) {
                generated = generated.from(INT_MIN, false).to(INT_MAX, false);
            } else if (format.equals("int64")) {
                generated = generated.from(LONG_MIN, false).to(LONG_MAX, false);
            }
        }
        return generated;
    }

    private static BigDecimal bound(SchemaNode schema, String keyword) {
        BigDecimal bound = schema.number(keyword);
        if (!NumberLanguage.canCompareWith(bound)) {
            throw schema.unsupported(keyword + " " + SchemaNode.shortened(bound.toString()), "its digits are too many");
        }
        return bound;
    }

    private ValueSet.Strings strings(List<SchemaNode> schemas) {
        int min = 0;
        int max = Integer.MAX_VALUE;
        List<TextAutomaton> matched = new ArrayList<>();
        List<TextAutomaton> formatted = new ArrayList<>();
        for (SchemaNode schema : schemas) {
            min = Math.max(min, schema.min("minLength"));
            max = Math.min(max, schema.max("maxLength"));
            if (schema.has("pattern")) {
                matched.add(pattern(schema, "pattern", schema.string("pattern")));
            }
            if (schema.has("format")) {
                Formats.regex(schema)
                        .ifPresent(regex -> formatted.add(formats.computeIfAbsent(
                                schema.string("format"), name -> TextAutomaton.of(regex, work))));
            }
        }
        return new ValueSet.Strings(min, max, matched, formatted);
    }

    /** The texts in which a regular expression matches somewhere. */
    TextAutomaton pattern(SchemaNode schema, String keyword, String expression) {
        TextAutomaton known = patterns.get(expression);
        if (known == null) {
            Regex regex = RegexParser.parse("schema %s: %s".formatted(schema.location(), keyword), expression);
            known = TextAutomaton.of(Regex.search(regex), work);
            patterns.put(expression, known);
        }
        return known;
    }

    private static ValueSet.Arrays arrays(List<SchemaNode> schemas) {
        int numPrefix = 0;
        int min = 0;
        int max = Integer.MAX_VALUE;
        boolean hasItems = false;
        Optional<SchemaNode> uniqueItems = Optional.empty();
        for (SchemaNode schema : schemas) {
            numPrefix = Math.max(
                    numPrefix,
                    schema.has("prefixItems") ? schema.schemas("prefixItems").size() : 0);
            min = Math.max(min, schema.min("minItems"));
            max = Math.min(max, schema.max("maxItems"));
            hasItems |= schema.has("items");
            if (schema.has("items") && schema.get("items").isArray()) {
                throw schema.invalid("items", "be a schema (schemas by position are prefixItems)");
            }
            if (schema.has("uniqueItems")) {
                if (!schema.get("uniqueItems").isBoolean()) {
                    throw schema.invalid("uniqueItems", "be true or false");
                }
                uniqueItems = schema.get("uniqueItems").booleanValue() ? Optional.of(schema) : uniqueItems;
            }
        }
        List<Conjunction> prefix = new ArrayList<>();
        for (int i = 0; i < numPrefix; i++) {
            prefix.add(element(schemas, i));
        }
        if (numPrefix > 0 && !hasItems && min <= numPrefix) {
            max = Math.min(max, numPrefix); // elements that no keyword mentions are not generated
        }
        return new ValueSet.Arrays(prefix, element(schemas, numPrefix), min, max, uniqueItems);
    }

    private static Conjunction element(List<SchemaNode> schemas, int index) {
        List<SchemaNode> found = new ArrayList<>();
        for (SchemaNode schema : schemas) {
            List<SchemaNode> prefix = schema.has("prefixItems") ? schema.schemas("prefixItems") : List.of();
            if (index < prefix.size()) {
                found.add(prefix.get(index));
            } else if (schema.has("items")) {
                found.add(schema.child("items"));
            }
        }
        return Conjunction.of(found);
    }
}
