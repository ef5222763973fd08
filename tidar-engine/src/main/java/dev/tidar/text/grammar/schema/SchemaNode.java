package dev.tidar.text.grammar.schema;

import dev.tidar.api.InvalidRequestException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/**
 * A schema in its document: the root schema or a subschema.
 *
 * @param path its location, as the JSON pointer after {@code #}; nodes with the same path are the same schema
 */
record SchemaNode(String path, JsonNode node) {

    /** A maximum length or count that is at least this large is treated as no limit. */
    private static final int NO_LIMIT = 1_000_000_000;

    private static final int MAX_MIN = 100_000;

    boolean has(String keyword) {
        return node.isObject() && node.has(keyword);
    }

    JsonNode get(String keyword) {
        return node.path(keyword);
    }

    SchemaNode child(String keyword) {
        return new SchemaNode(path + "/" + escaped(keyword), node.path(keyword));
    }

    private SchemaNode element(int index) {
        return new SchemaNode(path + "/" + index, node.path(index));
    }

    /** The schemas in the list of a keyword; such lists are not empty. */
    List<SchemaNode> schemas(String keyword) {
        SchemaNode list = child(keyword);
        if (!list.node.isArray() || list.node.isEmpty()) {
            throw invalid(keyword, "be a list of schemas");
        }
        List<SchemaNode> found = new ArrayList<>();
        for (int i = 0; i < list.node.size(); i++) {
            found.add(list.element(i));
        }
        return found;
    }

    /** The schemas in the object of a keyword, by name and in their order; none if the keyword is absent. */
    Map<String, SchemaNode> named(String keyword) {
        Map<String, SchemaNode> found = new LinkedHashMap<>();
        if (has(keyword)) {
            SchemaNode object = child(keyword);
            if (!object.node.isObject()) {
                throw invalid(keyword, "be an object of schemas");
            }
            object.node.propertyNames().forEach(name -> found.put(name, object.child(name)));
        }
        return found;
    }

    List<String> strings(String keyword) {
        List<String> found = new ArrayList<>();
        if (has(keyword)) {
            if (!get(keyword).isArray()) {
                throw invalid(keyword, "be a list of strings");
            }
            for (JsonNode element : get(keyword)) {
                if (!element.isString()) {
                    throw invalid(keyword, "be a list of strings");
                }
                found.add(element.stringValue());
            }
        }
        return found;
    }

    String string(String keyword) {
        if (!get(keyword).isString()) {
            throw invalid(keyword, "be a string");
        }
        return get(keyword).stringValue();
    }

    /** The minimum count of a keyword; 0 if it is absent. */
    int min(String keyword) {
        int min = has(keyword) ? count(keyword) : 0;
        if (min > MAX_MIN) {
            throw invalid(keyword, "be at most " + MAX_MIN);
        }
        return min;
    }

    /** The maximum count of a keyword; {@code Integer.MAX_VALUE} if it is absent. */
    int max(String keyword) {
        int max = has(keyword) ? count(keyword) : NO_LIMIT;
        return max >= NO_LIMIT ? Integer.MAX_VALUE : max;
    }

    private int count(String keyword) {
        BigDecimal value = number(keyword);
        if (value.signum() < 0 || value.stripTrailingZeros().scale() > 0) {
            throw invalid(keyword, "be a whole number from 0");
        }
        return value.min(BigDecimal.valueOf(NO_LIMIT)).intValue();
    }

    BigDecimal number(String keyword) {
        if (!get(keyword).isNumber()) {
            throw invalid(keyword, "be a number");
        }
        return get(keyword).decimalValue();
    }

    /** The error for a keyword whose value is invalid. */
    InvalidRequestException invalid(String keyword, String rule) {
        return new InvalidRequestException("schema %s: %s must %s, but is %s"
                .formatted(location(), keyword, rule, shortened(get(keyword).toString())));
    }

    /** The error for what is valid but cannot be enforced. */
    InvalidRequestException unsupported(String keyword, String why) {
        return new InvalidRequestException("schema %s: %s is not supported%s"
                .formatted(location(), shortened(keyword), why.isEmpty() ? "" : ": " + why));
    }

    /** The location, for messages. */
    String location() {
        return shortened("#" + path);
    }

    static String shortened(String text) {
        String cut = text.length() > 80 ? text.substring(0, 80) + "..." : text;
        return cut.replaceAll("\\p{Cntrl}", "?");
    }

    static String escaped(String name) {
        return name.replace("~", "~0").replace("/", "~1");
    }
}
