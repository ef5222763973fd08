package dev.tidar.sample;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;

/** The engine's test model of 260 thousand parameters, with a chat template; for tests of many requests. */
final class TinyModel {

    private static final String NAME = "stories260k-tidar";

    private static final Path ORIGIN = Path.of("../tidar-engine/src/test/resources/models", NAME);

    private TinyModel() {}

    /** Its folder, written anew. */
    static String folder() {
        Path folder = Path.of("target", NAME);
        try {
            Files.createDirectories(folder);
            for (String file :
                    List.of("config.json", "generation_config.json", "model.safetensors", "tokenizer.json")) {
                Files.copy(ORIGIN.resolve(file), folder.resolve(file), StandardCopyOption.REPLACE_EXISTING);
            }
            Files.writeString(folder.resolve("tokenizer_config.json"), """
                    {
                      "bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>",
                      "chat_template": "{{ bos_token }}{% for message in messages %}{{ message.content }}{% endfor %}"
                    }
                    """);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return folder.toString();
    }
}
