package dev.tidar.spring;

import dev.tidar.ScriptedEngine;
import dev.tidar.TidarEngine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.springframework.util.FileSystemUtils;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A scripted model that asks the one tool that it is offered for the weather in each city, and tells what it heard. */
public final class WeatherModel {

    public static final String NAME = "weather";

    private static final List<String> CITIES = List.of("San Francisco", "Tokyo", "Paris");
    private static final Pattern TOOL = Pattern.compile("<tools>\n(\\{.*\\})\n</tools>");
    private static final Pattern RESULT = Pattern.compile("<tool_response>\n(.*?)\n</tool_response>", Pattern.DOTALL);

    private WeatherModel() {}

    /** Loads it into a folder of its own, with a context that has room for tools told byte by byte. */
    public static TidarEngine load(Path directory) throws IOException {
        Path folder = directory.resolve(NAME);
        FileSystemUtils.copyRecursively(StoriesModel.in(directory, 16_384), folder);
        Files.writeString(folder.resolve("tokenizer_config.json"), """
                {"bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>",
                 "chat_template": "{%% for message in messages %%}<|{{ message.role }}|>{{ message.content }}\\n{%% endfor %%}%s"}
                """.formatted(ScriptedEngine.ANSWER));
        return ScriptedEngine.load(folder, WeatherModel::answer);
    }

    private static String answer(String prompt) {
        List<String> heard =
                RESULT.matcher(prompt).results().map(result -> result.group(1)).toList();
        var tool = TOOL.matcher(prompt);
        if (heard.isEmpty() && tool.find()) {
            JsonNode function = JsonMapper.shared().readTree(tool.group(1)).path("function");
            String question = prompt.substring(prompt.lastIndexOf("weather"));
            return CITIES.stream()
                    .filter(question::contains)
                    .map(city -> call(function, city))
                    .collect(Collectors.joining("\n"));
        }
        return "I heard: " + String.join("; ", heard);
    }

    private static String call(JsonNode function, String city) {
        JsonNode properties = function.path("parameters").path("properties");
        String arguments = properties.propertyNames().stream()
                .map(name -> "\"%s\": %s".formatted(name, argument(properties.path(name), city)))
                .collect(Collectors.joining(", ", "{", "}"));
        return """
                <tool_call>
                {"name": "%s", "arguments": %s}
                </tool_call>""".formatted(function.path("name").asString(), arguments);
    }

    private static String argument(JsonNode schema, String city) {
        if (schema.has("enum")) {
            return schema.path("enum").get(0).toString();
        }
        return schema.path("type").asString().equals("string") ? "\"%s\"".formatted(city) : "0";
    }
}
