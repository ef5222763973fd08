package dev.tidar.spring;

import dev.tidar.TidarEngine;
import dev.tidar.api.ChatMessage;
import dev.tidar.api.GenerationRequest;
import dev.tidar.api.Prompt;
import dev.tidar.api.Tool;
import dev.tidar.test.Reply;
import dev.tidar.test.TidarScript;
import java.util.List;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A scripted model that asks the one tool that it is offered for the weather in each city, and tells what it heard. */
public final class WeatherModel {

    public static final String NAME = "weather";

    private static final List<String> CITIES = List.of("San Francisco", "Tokyo", "Paris");

    private WeatherModel() {}

    public static TidarEngine load() {
        return new TidarScript(NAME)
                .otherwise(request -> answer(request).withinMaxTokens())
                .load();
    }

    private static Reply answer(GenerationRequest request) {
        var chat = (Prompt.Chat) request.prompt();
        List<String> heard = texts(chat, "tool");
        List<Tool> tools = chat.tools().callable();
        if (heard.isEmpty() && tools.size() == 1) {
            List<String> asked = texts(chat, "user");
            return CITIES.stream()
                    .filter(asked.get(asked.size() - 1)::contains)
                    .map(city -> call(tools.get(0), city))
                    .reduce(Reply::then)
                    .orElseGet(() -> Reply.text(""));
        }
        return Reply.text("I heard: " + String.join("; ", heard));
    }

    private static List<String> texts(Prompt.Chat chat, String role) {
        return chat.messages().stream()
                .filter(message -> message.role().equals(role))
                .map(ChatMessage::text)
                .toList();
    }

    private static Reply call(Tool tool, String city) {
        JsonNode properties = JsonMapper.shared().readTree(tool.parameters()).path("properties");
        return Reply.toolCall(
                tool.name(),
                properties.propertyNames().stream()
                        .map(name -> "\"%s\": %s".formatted(name, argument(properties.path(name), city)))
                        .collect(Collectors.joining(", ", "{", "}")));
    }

    private static String argument(JsonNode schema, String city) {
        if (schema.has("enum")) {
            return schema.path("enum").get(0).toString();
        }
        return schema.path("type").asString().equals("string") ? "\"%s\"".formatted(city) : "0";
    }
}
