package dev.tidar.spring;

import dev.tidar.TidarEngine;
import dev.tidar.api.DecodeMode;
import dev.tidar.api.EngineOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.springframework.util.FileSystemUtils;

/** The engine's test model of 260 thousand parameters, with a chat template that strings the messages together. */
public final class StoriesModel {

    public static final String NAME = "stories260k-tidar";

    /** Tokens of prompt and answer together. */
    public static final int CONTEXT_LENGTH = 512;

    private static final Path ORIGIN = Path.of("../tidar-engine/src/test/resources/models", NAME);

    private static final List<String> FILES =
            List.of("config.json", "generation_config.json", "model.safetensors", "tokenizer.json");

    private StoriesModel() {}

    /** Writes the model into a folder of its own, and returns that folder. */
    public static Path in(Path directory) {
        Path folder = directory.resolve(NAME);
        try {
            FileSystemUtils.deleteRecursively(folder);
            Files.createDirectories(folder);
            for (String file : FILES) {
                Files.copy(ORIGIN.resolve(file), folder.resolve(file));
            }
            Files.writeString(folder.resolve("tokenizer_config.json"), """
                    {
                      "bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>",
                      "chat_template": "{{ bos_token }}{% for message in messages %}{{ message.content }}{% endfor %}"
                    }
                    """);
            return folder;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The same with a longer context than it was trained for, for prompts whose text means nothing to it. */
    public static Path in(Path directory, int contextLength) {
        Path folder = in(directory);
        Path config = folder.resolve("config.json");
        try {
            String longer =
                    Files.readString(config).replaceAll("(\"max_position_embeddings\": *)\\d+", "$1" + contextLength);
            Files.writeString(config, longer);
            return folder;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static TidarEngine load(Path directory) {
        return TidarEngine.load(EngineOptions.builder(in(directory)).threads(1).build());
    }

    /**
     * Options whose steps carry over a thousand rows, so that an answer takes seconds and a cancel comes long before
     * its end.
     */
    public static TidarChatOptions slow(int maxTokens) {
        return TidarChatOptions.builder()
                .mode(DecodeMode.SINGLE_PASS)
                .draftLength(32)
                .maxTokens(maxTokens)
                .build();
    }
}
