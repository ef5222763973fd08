package dev.tidar.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.tidar.api.ChatMessage;
import dev.tidar.api.InvalidRequestException;
import dev.tidar.api.Prompt;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Prompts of a bench")
class PromptsTest {

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(
            strings = {"{\"chat\": \"Hello\"}", "{\"question\": \"Hello\"}", "{\"turns\": [\"Hello\", \"And then?\"]}"})
    void areMessagesOfAUserUnderTheKeysOfUsualPromptSets(String line) throws IOException {
        assertThat(read(line, true)).containsExactly(new Prompt.Chat(List.of(ChatMessage.user("Hello"))));
    }

    @Test
    void areTextToContinueWhereTheModelHasNoChatTemplate() throws IOException {
        assertThat(read("{\"chat\": \"Hello\"}", false)).containsExactly(new Prompt.Text("Hello"));
    }

    @Test
    void areTextOrTokensAsTheKeySays() throws IOException {
        assertThat(read("{\"prompt\": \"def f\"}\n\n{\"token_ids\": [1, 2]}", true))
                .containsExactly(new Prompt.Text("def f"), new Prompt.Tokens(List.of(1, 2)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "not JSON",
                "[1]",
                "{\"token_ids\": [1, \"two\"]}",
                "{\"token_ids\": [1.5]}",
                "{\"token_ids\": [5000000000]}"
            })
    void areRejectedByFileAndLine(String line) {
        assertThatExceptionOfType(InvalidRequestException.class)
                .isThrownBy(() -> read("{\"chat\": \"Hello\"}\n" + line, true))
                .withMessageContaining("prompts.jsonl, line 2");
    }

    @Test
    void areRejectedWhereThereAreNone() {
        assertThatExceptionOfType(InvalidRequestException.class)
                .isThrownBy(() -> read("\n", true))
                .withMessageContaining("at least one prompt");
    }

    @Test
    void areALineEachInAnyOtherFileAndNoMoreThanTheLimit() throws IOException {
        Path file = Files.writeString(folder.resolve("prompts.txt"), "One\nTwo\nThree\n");

        assertThat(Prompts.read(file, false, 2))
                .extracting(NamedPrompt::prompt)
                .containsExactly(new Prompt.Text("One"), new Prompt.Text("Two"));
    }

    @Test
    void areBuiltInWithoutAFile() {
        assertThat(Prompts.read(null, true, 100)).hasSize(8);
    }

    private List<Prompt> read(String lines, boolean chat) throws IOException {
        Path file = Files.writeString(folder.resolve("prompts.jsonl"), lines);
        return Prompts.read(file, chat, 100).stream().map(NamedPrompt::prompt).toList();
    }
}
