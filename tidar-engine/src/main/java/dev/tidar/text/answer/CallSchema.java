package dev.tidar.text.answer;

import dev.tidar.api.AnswerFormat;
import dev.tidar.api.ChatMessage;
import dev.tidar.api.Tool;
import dev.tidar.json.Json;
import java.util.List;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Builds the schema of the JSON of tool calls; it contains the schemas of the tools under {@code $defs}. */
final class CallSchema {

    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private CallSchema() {}

    /** The schema of one call of one of these tools. */
    static AnswerFormat call(List<Tool> tools, String argumentsKey) {
        return schema(tools, anyCall(tools, argumentsKey));
    }

    /**
     * The schema of a list of calls.
     *
     * @param one whether the list has exactly one call
     */
    static AnswerFormat list(List<Tool> tools, String argumentsKey, boolean one) {
        ObjectNode list = JSON.objectNode().put("type", "array").put("minItems", 1);
        list.put("maxItems", one ? 1 : ChatMessage.MAX_TOOL_CALLS);
        list.set("items", anyCall(tools, argumentsKey));
        return schema(tools, list);
    }

    private static AnswerFormat schema(List<Tool> tools, ObjectNode root) {
        ObjectNode schemas = JSON.objectNode();
        tools.forEach(tool -> schemas.set(tool.name(), SchemaReferences.moved(tool)));
        root.set("$defs", schemas);
        return new AnswerFormat.JsonSchema(Json.write(root));
    }

    private static ObjectNode anyCall(List<Tool> tools, String argumentsKey) {
        if (tools.size() == 1) {
            return call(tools.get(0), argumentsKey);
        }
        ObjectNode any = JSON.objectNode();
        ArrayNode calls = any.putArray("anyOf");
        tools.forEach(tool -> calls.add(call(tool, argumentsKey)));
        return any;
    }

    private static ObjectNode call(Tool tool, String argumentsKey) {
        ObjectNode call = JSON.objectNode().put("type", "object");
        ObjectNode properties = call.putObject("properties");
        properties.putObject("name").put("const", tool.name());
        properties.putObject(argumentsKey).put("$ref", SchemaReferences.pointer(tool));
        call.putArray("required").add("name").add(argumentsKey);
        return call.put("additionalProperties", false);
    }
}
