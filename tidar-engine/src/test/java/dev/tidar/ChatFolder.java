package dev.tidar;

import dev.tidar.api.EngineOptions;
import dev.tidar.decode.TestModel;
import dev.tidar.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The test model of 260 thousand parameters as a chat model: with a template that strings the messages together, a
 * longer context, and two of its rarest tokens named as tags of thoughts.
 */
final class ChatFolder {

    /** Opens thoughts. */
    static final int OPEN = 503;
    /** Closes them. */
    static final int CLOSE = 507;

    static final int CONTEXT_LENGTH = 4096;

    private ChatFolder() {}

    /**
     * Makes the folder and loads it.
     *
     * @param endOfTemplate what the template says after the messages
     */
    static TidarEngine load(Path folder, String endOfTemplate) throws IOException {
        write(folder, endOfTemplate);
        return TidarEngine.load(
                EngineOptions.builder(folder).draftModel(folder).threads(1).build());
    }

    /** Makes the folder. */
    static void write(Path folder, String endOfTemplate) throws IOException {
        Path original = TestModel.folder("models/stories260k-tidar");
        Files.createDirectory(folder);
        Files.copy(original.resolve("model.safetensors"), folder.resolve("model.safetensors"));
        Files.copy(original.resolve("generation_config.json"), folder.resolve("generation_config.json"));
        String config = Files.readString(original.resolve("config.json"));
        Files.writeString(
                folder.resolve("config.json"),
                config.replaceAll("(\"max_position_embeddings\": *)\\d+", "$1" + CONTEXT_LENGTH));
        String tokenizer = Files.readString(original.resolve("tokenizer.json"))
                .replace("\"\u20ac\": 503", "\"<think>\": 503")
                .replace("\"\u2122\": 507", "\"</think>\": 507")
                .replace(
                        "\"added_tokens\": [",
                        "\"added_tokens\": [" + added(OPEN, "<think>") + ", " + added(CLOSE, "</think>") + ", ");
        Files.writeString(folder.resolve("tokenizer.json"), tokenizer);
        Files.writeString(folder.resolve("tokenizer_config.json"), """
                {"bos_token": "<s>", "eos_token": "</s>",
                 "chat_template": "{{ bos_token }}{%% for message in messages %%}{{ message.content }}{%% endfor %%}%s"}
                """.formatted(endOfTemplate));
    }

    /** Gives tokens of the folder other names, by which they are control tokens of its model. */
    static void rename(Path folder, Map<Integer, String> names) throws IOException {
        Path file = folder.resolve("tokenizer.json");
        ObjectNode root = (ObjectNode) Json.read(Files.readString(file));
        ObjectNode vocabulary = (ObjectNode) root.path("model").path("vocab");
        names.forEach((id, name) -> {
            vocabulary.propertyNames().stream()
                    .filter(token -> vocabulary.get(token).intValue() == id)
                    .toList()
                    .forEach(vocabulary::remove);
            vocabulary.put(name, id);
            ArrayNode added = (ArrayNode) root.path("added_tokens");
            for (int i = added.size() - 1; i >= 0; i--) {
                if (added.get(i).path("id").intValue() == id) {
                    added.remove(i);
                }
            }
            added.add(Json.read(added(id, name)));
        });
        Files.writeString(file, Json.write(root));
    }

    private static String added(int id, String content) {
        return "{\"id\": %d, \"content\": \"%s\", \"single_word\": false, \"lstrip\": false, \"rstrip\": false, \"normalized\": false, \"special\": false}"
                .formatted(id, content);
    }
}
