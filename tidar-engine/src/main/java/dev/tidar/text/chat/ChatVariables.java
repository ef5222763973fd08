package dev.tidar.text.chat;

import dev.tidar.api.ChatMessage;
import dev.tidar.api.Tool;
import dev.tidar.api.ToolCall;
import dev.tidar.json.Json;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Converts messages and tools to the variables that the chat templates of Hugging Face expect. Immutable.
 *
 * @param marked selects the messages whose text is marked
 * @param mark marks the rest of what a user wrote: thoughts, names, descriptions, keys and strings of schemas and
 *     arguments
 */
record ChatVariables(Predicate<ChatMessage> marked, UnaryOperator<String> mark) {

    /**
     * Words of JSON Schema that templates compare with when they describe tools in prose. None spells a control token.
     */
    private static final Set<String> SCHEMA_WORDS = Set.of(
            "type",
            "properties",
            "required",
            "description",
            "items",
            "enum",
            "default",
            "additionalProperties",
            "object",
            "array",
            "string",
            "number",
            "integer",
            "boolean",
            "null");

    /** A tool call, and its id as the template receives it. */
    private record Asked(ToolCall call, String plainId) {}

    /**
     * Converts each message to a map with {@code role} and {@code content}, and with {@code reasoning_content},
     * {@code tool_calls} and {@code name} where the message has them.
     */
    List<Map<String, Object>> messages(List<ChatMessage> messages) {
        List<Map<String, Object>> shaped = new ArrayList<>(messages.size());
        Map<String, Asked> asked = new HashMap<>();
        for (ChatMessage message : messages) {
            Map<String, Object> variables = new LinkedHashMap<>();
            variables.put("role", message.role());
            variables.put("content", marked.test(message) ? mark.apply(message.text()) : message.text());
            message.reasoning().ifPresent(thoughts -> variables.put("reasoning_content", mark.apply(thoughts)));
            if (!message.toolCalls().isEmpty()) {
                variables.put("tool_calls", calls(message.toolCalls(), asked));
            }
            message.callId().map(asked::get).ifPresent(answered -> {
                variables.put("name", mark.apply(answered.call().name()));
                variables.put("tool_call_id", answered.plainId());
            });
            shaped.add(variables);
        }
        return shaped;
    }

    private List<Map<String, Object>> calls(List<ToolCall> calls, Map<String, Asked> asked) {
        List<Map<String, Object>> shaped = new ArrayList<>(calls.size());
        for (ToolCall call : calls) {
            String id = plainId(call.id(), asked.size());
            asked.put(call.id(), new Asked(call, id));
            shaped.add(shaped(call, id));
        }
        return shaped;
    }

    List<Map<String, Object>> tools(List<Tool> tools) {
        List<Map<String, Object>> shaped = new ArrayList<>(tools.size());
        for (Tool tool : tools) {
            Map<String, @Nullable Object> function = new LinkedHashMap<>();
            function.put("name", mark.apply(tool.name()));
            function.put("description", mark.apply(tool.description()));
            function.put("parameters", value(Json.read(tool.parameters()), SCHEMA_WORDS));
            shaped.add(ordered("type", "function", "function", function));
        }
        return shaped;
    }

    private Map<String, Object> shaped(ToolCall call, String id) {
        Map<String, Object> function = new LinkedHashMap<>();
        function.put("name", mark.apply(call.name()));
        function.put("arguments", value(Json.read(call.arguments()), Set.of()));
        Map<String, Object> shaped = ordered("id", id, "type", "function");
        shaped.put("function", function);
        return shaped;
    }

    /**
     * Returns an id that can pass through a template unmarked; ids cannot be marked, because templates look at their
     * length. An id of nine letters and digits is kept; any other is replaced by its number.
     */
    private static String plainId(String id, int number) {
        boolean plain = id.length() == ToolCall.OWN_ID_LENGTH
                && id.chars().allMatch(c -> c < 128 && Character.isLetterOrDigit(c));
        return plain ? id : "call%05d".formatted(number % 100_000);
    }

    private static Map<String, Object> ordered(String key, Object value, String next, Object other) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put(key, value);
        map.put(next, other);
        return map;
    }

    /**
     * Converts a JSON value to the form that templates take; integers beyond 64 bits become doubles.
     *
     * @param plain the strings and keys that stay unmarked
     */
    private @Nullable Object value(JsonNode node, Set<String> plain) {
        if (node.isObject()) {
            Map<String, @Nullable Object> map = new LinkedHashMap<>();
            node.properties().forEach(entry -> map.put(text(entry.getKey(), plain), value(entry.getValue(), plain)));
            return map;
        }
        if (node.isArray()) {
            List<@Nullable Object> list = new ArrayList<>(node.size());
            node.forEach(item -> list.add(value(item, plain)));
            return list;
        }
        if (node.isString()) {
            return text(node.stringValue(), plain);
        }
        if (node.isBoolean()) {
            return node.booleanValue();
        }
        if (node.isIntegralNumber() && node.canConvertToLong()) {
            return node.longValue();
        }
        return node.isNumber() ? (Object) node.doubleValue() : null;
    }

    private String text(String text, Set<String> plain) {
        return plain.contains(text) ? text : mark.apply(text);
    }
}
