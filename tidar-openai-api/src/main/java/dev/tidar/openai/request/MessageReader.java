package dev.tidar.openai.request;

import dev.tidar.spring.TidarMetadata;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.springframework.ai.chat.messages.AssistantMessage;
import org.springframework.ai.chat.messages.Message;
import org.springframework.ai.chat.messages.SystemMessage;
import org.springframework.ai.chat.messages.ToolResponseMessage;
import org.springframework.ai.chat.messages.UserMessage;
import tools.jackson.databind.JsonNode;

/** Reads {@code messages}. Text only: a part of another kind is rejected by its place. */
final class MessageReader {

    private static final String CONTENT = "content";

    private MessageReader() {}

    static List<Message> read(JsonFields fields) {
        List<Message> messages = fields.required("messages", fields.list("messages", MessageReader::message));
        if (messages.isEmpty()) {
            throw fields.invalid("messages", "must have at least one message, but is empty");
        }
        return messages;
    }

    private static Message message(JsonNode node, String path) {
        JsonFields fields = new JsonFields(node, path);
        String role = fields.required("role", fields.text("role"));
        fields.ignore("name"); // chat templates know no names
        Message message = switch (role) {
            case "system", "developer" -> new SystemMessage(text(fields));
            case "user" -> new UserMessage(text(fields));
            case "assistant" -> assistant(fields);
            case "tool" -> toolResult(fields);
            default ->
                throw fields.invalid("role", "must be system, developer, user, assistant or tool, but is another");
        };
        fields.rejectOthers();
        return message;
    }

    private static Message assistant(JsonFields fields) {
        List<AssistantMessage.ToolCall> calls =
                fields.list("tool_calls", MessageReader::call).orElse(List.of());
        Optional<String> content = content(fields);
        if (content.isEmpty() && calls.isEmpty()) {
            throw fields.invalid(CONTENT, "must be given where there are no tool_calls, but is missing");
        }
        Map<String, Object> thoughts = fields.text("reasoning_content")
                .<Map<String, Object>>map(text -> Map.of(TidarMetadata.REASONING_CONTENT, text))
                .orElse(Map.of());
        // Clients send back whole messages as they have received them.
        fields.reject("refusal", node -> false, "must be null: refusals are ordinary text here");
        fields.reject("audio", node -> false, "must be null: this server reads text only");
        fields.reject("function_call", node -> false, "must be null: use tool_calls");
        fields.ignore("annotations");
        return AssistantMessage.builder()
                .content(content.orElse(""))
                .toolCalls(calls)
                .properties(thoughts)
                .build();
    }

    private static AssistantMessage.ToolCall call(JsonNode node, String path) {
        JsonFields call = new JsonFields(node, path);
        call.ignore("index"); // of a call that was put together from a stream
        String type = call.text("type").orElse("function");
        if (!type.equals("function")) {
            throw call.invalid("type", "must be function, but is another kind");
        }
        String id = call.required("id", call.text("id"));
        JsonFields function = call.required("function", call.object("function"));
        String name = function.required("name", function.text("name"));
        String arguments = function.text("arguments").orElse("");
        function.rejectOthers();
        call.rejectOthers();
        return new AssistantMessage.ToolCall(id, type, name, arguments);
    }

    private static Message toolResult(JsonFields fields) {
        String id = fields.required("tool_call_id", fields.text("tool_call_id"));
        return ToolResponseMessage.builder()
                .responses(List.of(new ToolResponseMessage.ToolResponse(id, "", text(fields))))
                .build();
    }

    private static String text(JsonFields fields) {
        return fields.required(CONTENT, content(fields));
    }

    /** A text, or parts that are texts, each on a line of its own. */
    private static Optional<String> content(JsonFields fields) {
        return fields.any(CONTENT).map(content -> {
            if (content.isString()) {
                return content.stringValue();
            }
            if (!content.isArray()) {
                throw fields.invalid(
                        CONTENT, "must be a string or an array of parts, but is " + JsonFields.shown(content));
            }
            return String.join("\n", fields.required(CONTENT, fields.list(CONTENT, MessageReader::part)));
        });
    }

    private static String part(JsonNode node, String path) {
        JsonFields part = new JsonFields(node, path);
        String type = part.required("type", part.text("type"));
        if (!type.equals("text")) {
            throw part.invalid("type", "must be text, the only kind that this server reads, but is another");
        }
        String text = part.required("text", part.text("text"));
        part.rejectOthers();
        return text;
    }
}
