package dev.tidar.text.grammar.schema;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Schemas that a value must satisfy at the same time, in their order. An empty conjunction allows any value. */
record Conjunction(List<SchemaNode> schemas) {

    Conjunction {
        schemas = List.copyOf(schemas);
    }

    /** The conjunction of these schemas, without duplicates. */
    static Conjunction of(Collection<SchemaNode> schemas) {
        Map<String, SchemaNode> byPath = new LinkedHashMap<>();
        schemas.forEach(schema -> byPath.putIfAbsent(schema.path(), schema));
        return new Conjunction(List.copyOf(byPath.values()));
    }

    /** The paths of the schemas; conjunctions with the same key allow the same values. */
    Set<String> key() {
        return schemas.stream().map(SchemaNode::path).collect(Collectors.toSet());
    }

    /** Whether one of the schemas is {@code false}, so that no value satisfies the conjunction. */
    boolean isFalse() {
        return schemas.stream()
                .anyMatch(schema -> schema.node().isBoolean() && !schema.node().booleanValue());
    }
}
