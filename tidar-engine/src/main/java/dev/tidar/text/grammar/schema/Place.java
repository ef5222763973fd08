package dev.tidar.text.grammar.schema;

import dev.tidar.api.InvalidRequestException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/**
 * A schema within its document.
 *
 * @param path where it is, as a JSON pointer after {@code #}; two places are the same if their paths are
 */
record Place(String path, JsonNode node) {

    /** Bounds on lengths and counts beyond this are no bounds in practice. */
    private static final int ENDLESS = 1_000_000_000;

    private static final int MAX_MIN = 100_000;

    boolean has(String keyword) {
        return node.isObject() && node.has(keyword);
    }

    JsonNode get(String keyword) {
        return node.path(keyword);
    }

    Place child(String keyword) {
        return new Place(path + "/" + escaped(keyword), node.path(keyword));
    }

    private Place element(int index) {
        return new Place(path + "/" + index, node.path(index));
    }

    /** The schemas of a list; each keyword that takes one wants at least one. */
    List<Place> schemas(String keyword) {
        Place list = child(keyword);
        if (!list.node.isArray() || list.node.isEmpty()) {
            throw wrong(keyword, "be a list of schemas");
        }
        List<Place> found = new ArrayList<>();
        for (int i = 0; i < list.node.size(); i++) {
            found.add(list.element(i));
        }
        return found;
    }

    /** The schemas of an object by name, in their order. */
    Map<String, Place> named(String keyword) {
        Map<String, Place> found = new LinkedHashMap<>();
        if (has(keyword)) {
            Place object = child(keyword);
            if (!object.node.isObject()) {
                throw wrong(keyword, "be an object of schemas");
            }
            object.node.propertyNames().forEach(name -> found.put(name, object.child(name)));
        }
        return found;
    }

    List<String> strings(String keyword) {
        List<String> found = new ArrayList<>();
        if (has(keyword)) {
            if (!get(keyword).isArray()) {
                throw wrong(keyword, "be a list of strings");
            }
            for (JsonNode element : get(keyword)) {
                if (!element.isString()) {
                    throw wrong(keyword, "be a list of strings");
                }
                found.add(element.stringValue());
            }
        }
        return found;
    }

    String string(String keyword) {
        if (!get(keyword).isString()) {
            throw wrong(keyword, "be a string");
        }
        return get(keyword).stringValue();
    }

    /** A count from below; 0 if there is none. */
    int min(String keyword) {
        int min = has(keyword) ? count(keyword) : 0;
        if (min > MAX_MIN) {
            throw wrong(keyword, "be at most " + MAX_MIN);
        }
        return min;
    }

    /** A count from above; {@code Integer.MAX_VALUE} if there is none. */
    int max(String keyword) {
        int max = has(keyword) ? count(keyword) : ENDLESS;
        return max >= ENDLESS ? Integer.MAX_VALUE : max;
    }

    private int count(String keyword) {
        BigDecimal value = number(keyword);
        if (value.signum() < 0 || value.stripTrailingZeros().scale() > 0) {
            throw wrong(keyword, "be a whole number from 0");
        }
        return value.min(BigDecimal.valueOf(ENDLESS)).intValue();
    }

    BigDecimal number(String keyword) {
        if (!get(keyword).isNumber()) {
            throw wrong(keyword, "be a number");
        }
        return get(keyword).decimalValue();
    }

    /** The refusal of a value that a keyword may not have. */
    InvalidRequestException wrong(String keyword, String rule) {
        return new InvalidRequestException("schema %s: %s must %s, but is %s"
                .formatted(shown(), keyword, rule, shortened(get(keyword).toString())));
    }

    /** The refusal of what is valid, but cannot be enforced. */
    InvalidRequestException unsupported(String keyword, String why) {
        return new InvalidRequestException("schema %s: %s is not supported%s"
                .formatted(shown(), shortened(keyword), why.isEmpty() ? "" : ": " + why));
    }

    /** The path, for messages. */
    String shown() {
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
