package dev.tidar.text.answer;

import dev.tidar.api.ChatMessage;
import dev.tidar.api.ToolCall;
import dev.tidar.json.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * Reads the JSON of tool calls: one object or an array of objects. A call names a tool that was offered. Its arguments
 * are an object, named {@code arguments} or {@code parameters}, or absent if there are none. If several members have
 * the same name, the last one counts.
 */
final class CallReader {

    private static final List<String> ARGUMENTS = List.of("arguments", "parameters");

    private final Set<String> toolNames;
    private final CallIds ids;

    CallReader(Set<String> toolNames, CallIds ids) {
        this.toolNames = toolNames;
        this.ids = ids;
    }

    /**
     * Reads the calls in a JSON text.
     *
     * @return the calls; none if any part of the text is not a call
     */
    List<ToolCall> read(String json) {
        JsonNode root;
        try {
            root = Json.readLenient(json);
        } catch (JacksonException e) {
            return List.of();
        }
        Iterable<JsonNode> nodes = root.isArray() ? root : List.of(root);
        List<ToolCall> calls = new ArrayList<>();
        for (JsonNode node : nodes) {
            if (!isCall(node) || calls.size() == ChatMessage.MAX_TOOL_CALLS) {
                return List.of();
            }
            calls.add(new ToolCall(ids.next(), node.path("name").stringValue(), arguments(node)));
        }
        return List.copyOf(calls);
    }

    /** Whether this key may be the first one of a call. */
    static boolean mayBegin(String key) {
        return key.equals("name") || key.equals("type") || key.equals("id") || ARGUMENTS.contains(key);
    }

    private boolean isCall(JsonNode node) {
        JsonNode name = node.path("name");
        return name.isString()
                && toolNames.contains(name.stringValue())
                && ARGUMENTS.stream()
                        .map(node::path)
                        .allMatch(arguments -> arguments.isMissingNode() || arguments.isObject());
    }

    private static String arguments(JsonNode call) {
        return ARGUMENTS.stream()
                .map(call::path)
                .filter(JsonNode::isObject)
                .findFirst()
                .map(Json::write)
                .orElse("{}");
    }
}
