package dev.tidar.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.tidar.TidarEngine;
import dev.tidar.api.EngineOptions;
import dev.tidar.api.InvalidModelException;
import dev.tidar.decode.TestModel;
import dev.tidar.json.Quoted;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("A message about a model file")
class MessageTest {

    /** Colours a terminal, begins a line, and turns text around; then 5,000 characters that can be counted. */
    private static final String HOSTILE = "\\u001b[31m\\n\\u202e" + "\u00a7".repeat(5000);

    @TempDir
    private Path temporary;

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            value = {
                "config.json ~ {\"model_type\": \"%s\"}",
                "config.json ~ {\"model_type\": \"llama\", \"%s\": 1, \"hidden_size\": \"%s\"}",
                "config.json ~ %s",
                "generation_config.json ~ {\"temperature\": \"%s\"}",
                "tokenizer.json ~ {\"model\": {\"type\": \"%s\"}}",
                "tokenizer.json ~ {\"model\": {\"type\": \"BPE\", \"vocab\": {\"%s\": \"%s\"}, \"merges\": []}}",
                "tokenizer_config.json ~ {\"add_bos_token\": \"%s\"}",
                "tokenizer_config.json ~ {\"chat_template\": [{\"name\": \"%s\", \"template\": \"%s\"}]}",
                "tokenizer_config.json ~ {\"chat_template\": \"{{ messages | %s }}\"}",
                "chat_template.jinja ~ {{ raise_exception('%s') }}",
                "chat_template.jinja ~ {{ %s() }}",
            })
    void showsNoControlCharactersAndLittleOfTheFile(String name, String content) throws IOException {
        Path model = Files.createTempDirectory(temporary, "model");
        try (Stream<Path> files = Files.list(TestModel.folder("models/stories260k-tidar"))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Files.copy(file, model.resolve(file.getFileName()));
            }
        }
        Files.writeString(model.resolve(name), content.replace("%s", HOSTILE));

        var thrown = catchThrowableOfType(
                InvalidModelException.class,
                () -> TidarEngine.load(EngineOptions.builder(model)
                        .threads(1)
                        .contextLength(64)
                        .build()));

        assertThat(thrown).isNotNull();
        assertThat(thrown.getMessage()).contains(name.startsWith("chat") ? "template" : name);
        assertThat(thrown.getMessage().chars()).noneMatch(c -> c < ' ' || c == 0x202e);
        assertThat(thrown.getMessage().chars().filter(c -> c == '\u00a7').count())
                .isLessThanOrEqualTo(Quoted.MAX_CHARACTERS);
    }

    @Test
    void showsWholeWhatIsShort() {
        assertThat(Quoted.of("a\u001bb\u2028c")).isEqualTo("a\\u001bb\\u2028c");
        assertThat(Quoted.of("x".repeat(200))).hasSize(200);
        assertThat(Quoted.of("x".repeat(199) + "\ud83d\ude00")).isEqualTo("x".repeat(199) + "... (201 characters)");
    }
}
