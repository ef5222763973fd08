package dev.tidar.openai.request;

import dev.tidar.api.Tools;
import dev.tidar.spring.TidarChatOptions;
import java.util.List;
import org.springframework.ai.tool.ToolCallback;
import tools.jackson.databind.JsonNode;

/** Reads {@code tools} and {@code tool_choice}. */
final class ToolReader {

    private static final String CHOICE = "tool_choice";
    private static final String NO_PARAMETERS = "{\"type\": \"object\", \"properties\": {}}";

    private ToolReader() {}

    static void read(JsonFields fields, TidarChatOptions.Builder options) {
        List<ToolCallback> tools = fields.list("tools", ToolReader::tool).orElse(List.of());
        options.toolCallbacks(tools);
        fields.any(CHOICE).ifPresent(choice -> options.toolChoice(choice(fields, choice)));
    }

    private static ToolCallback tool(JsonNode node, String path) {
        JsonFields tool = new JsonFields(node, path);
        requireFunction(tool);
        JsonFields function = tool.required("function", tool.object("function"));
        tool.rejectOthers();
        String name = function.required("name", function.text("name"));
        String description = function.text("description").orElse("");
        String parameters =
                function.anyObject("parameters").map(JsonNode::toString).orElse(NO_PARAMETERS);
        function.flag("strict");
        function.rejectOthers();
        return new ClientTool(name, description, parameters);
    }

    private static Tools.Choice choice(JsonFields fields, JsonNode choice) {
        if (choice.isString()) {
            return switch (choice.stringValue()) {
                case "auto" -> Tools.Choice.AUTO;
                case "none" -> Tools.Choice.NONE;
                case "required" -> Tools.Choice.REQUIRED;
                default ->
                    throw fields.invalid(
                            CHOICE,
                            "must be auto, none, required or an object that names a function, but is another word");
            };
        }
        JsonFields named = new JsonFields(choice, CHOICE);
        requireFunction(named);
        JsonFields function = named.required("function", named.object("function"));
        String name = function.required("name", function.text("name"));
        function.rejectOthers();
        named.rejectOthers();
        return Tools.Choice.of(name);
    }

    private static void requireFunction(JsonFields fields) {
        String type = fields.required("type", fields.text("type"));
        if (!type.equals("function")) {
            throw fields.invalid("type", "must be function, the only kind that this server knows, but is another");
        }
    }
}
