package dev.tidar.attack.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** JSON in which one to three values are replaced, removed, renamed or repeated. */
final class DamagedJson {

    /** Stands in the tree where raw text is put in afterwards, such as text that is no JSON. */
    private static final String RAW = "@@raw@@";

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private static final String[] NUMBERS = {
        "0",
        "-1",
        "1",
        "-0.0",
        "1.5",
        "2147483647",
        "2147483648",
        "-2147483648",
        "4294967296",
        "9223372036854775807",
        "9223372036854775808",
        "1e308",
        "1e309",
        "-1e400",
        "1e-400",
        "1" + "0".repeat(900),
        "0." + "3".repeat(900),
        "NaN",
        "Infinity",
        "0x10",
        "01",
        "+1",
        ".5"
    };

    private static final String[] TEXTS = {
        "\"\"",
        "\" \"",
        "\"\\u0000\"",
        "\"\\u001b[31mred\\u0007\\r\\n\"",
        "\"\\ud800\"",
        "\"\\udc00\\ud800\"",
        "\"../../../etc/passwd\"",
        "\"/dev/zero\"",
        "\"\\\\\"",
        "\"(a+)+(b|$)c\"",
        "\"%s%n\"",
        "\"\u202e\u2028\"",
        "\"null\"",
        "\"F64\"",
        "\"llama\"",
        "\"Precompiled\"",
        "\"ByteLevel\"",
        "\"Replace\"",
        "\"Sequence\"",
        "\"WordPiece\"",
        "\"Unigram\""
    };

    private final SplittableRandom random;
    private String raw = "null";

    private DamagedJson(SplittableRandom random) {
        this.random = random;
    }

    static String of(String good, SplittableRandom random) {
        return new DamagedJson(random).damage(good);
    }

    private String damage(String good) {
        JsonNode root = new JsonMapper().readTree(good);
        for (int i = Math.max(1, random.nextInt(-4, 4)); i > 0; i--) {
            change(root);
        }
        return root.toString().replace("\"" + RAW + "\"", raw);
    }

    /** Changes one place: a container anywhere in the tree, and one of its entries. */
    private void change(JsonNode root) {
        List<JsonNode> containers = new ArrayList<>();
        collect(root, containers);
        JsonNode container = containers.get(
                containers.size() > 40 && random.nextBoolean()
                        ? random.nextInt(40) // the first ones are the structure, the others are entries of tables
                        : random.nextInt(containers.size()));
        if (container instanceof ObjectNode object) {
            change(object, root);
        } else {
            change((ArrayNode) container, root);
        }
    }

    private static void collect(JsonNode node, List<JsonNode> containers) {
        if (node.isContainer()) {
            containers.add(node);
            node.forEach(child -> collect(child, containers));
        }
    }

    private void change(ObjectNode object, JsonNode root) {
        List<String> names = new ArrayList<>(object.propertyNames());
        String name = names.isEmpty() ? "x" : names.get(random.nextInt(names.size()));
        switch (random.nextInt(8)) {
            case 0 -> object.remove(name);
            case 1 -> object.set(name + (random.nextBoolean() ? "" : "\u0007\n"), other(root));
            case 2 -> object.set("x".repeat(random.nextInt(1, 3) * 5000), NODES.numberNode(1));
            case 3 -> {
                raw = random.nextInt(2) + ", \"" + name.replaceAll("[\\\\\"\\p{Cntrl}]", "") + "\": 1";
                object.put(name, RAW);
            }
            default -> object.set(name, other(root));
        }
    }

    private void change(ArrayNode array, JsonNode root) {
        int at = array.isEmpty() ? 0 : random.nextInt(array.size());
        switch (random.nextInt(6)) {
            case 0 -> array.removeAll();
            case 1 -> {
                if (!array.isEmpty()) {
                    array.remove(at);
                }
            }
            case 2 -> {
                JsonNode repeated =
                        array.isEmpty() ? NODES.numberNode(1) : array.get(at).deepCopy();
                for (int i = random.nextInt(1, 3000); i > 0; i--) {
                    array.add(repeated);
                }
            }
            default -> array.insert(at, other(root));
        }
    }

    private JsonNode other(JsonNode root) {
        switch (random.nextInt(8)) {
            case 0:
                return NODES.nullNode();
            case 1:
                return NODES.booleanNode(random.nextBoolean());
            case 2:
                return NODES.arrayNode();
            case 3:
                return NODES.objectNode();
            case 4:
                int depth = random.nextInt(1, 5) * random.nextInt(1, 5) * 80;
                raw = random.nextBoolean()
                        ? "[".repeat(depth) + "]".repeat(depth)
                        : "{\"decoder\":".repeat(depth) + "{}" + "}".repeat(depth);
                break;
            case 5:
                List<JsonNode> containers = new ArrayList<>();
                collect(root, containers);
                return containers
                        .get(random.nextInt(Math.min(containers.size(), 60)))
                        .deepCopy();
            case 6:
                raw = random.nextInt(6) == 0
                        ? "\"" + "ab\u00df".repeat(100_000) + "\""
                        : TEXTS[random.nextInt(TEXTS.length)];
                break;
            default:
                raw = NUMBERS[random.nextInt(NUMBERS.length)];
        }
        return NODES.stringNode(RAW);
    }
}
