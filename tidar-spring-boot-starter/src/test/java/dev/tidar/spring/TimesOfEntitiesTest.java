package dev.tidar.spring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidar.ScriptedEngine;
import dev.tidar.TidarEngine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.ai.chat.client.AdvisorParams;
import org.springframework.ai.chat.client.ChatClient;

/** A model that writes the times of a meeting as Java does. */
@DisplayName("An entity with times")
class TimesOfEntitiesTest {

    record Meeting(LocalDate day, LocalTime from, Duration length, Instant asked) {}

    @Test
    void isReadFromWhatTheGrammarLetTheModelWrite(@TempDir Path directory) throws IOException {
        Path folder = StoriesModel.in(directory, 1_024);
        Files.writeString(folder.resolve("tokenizer_config.json"), """
                {"bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>",
                 "chat_template": "{%% for message in messages %%}{{ message.content }}{%% endfor %%}%s"}
                """.formatted(ScriptedEngine.ANSWER));
        String answer =
                "{\"asked\": \"2026-03-01T12:30:00Z\", \"day\": \"2026-03-02\", \"from\": \"10:15:30\", \"length\": \"P1DT45M\"}";
        try (TidarEngine engine = ScriptedEngine.load(folder, prompt -> answer)) {
            Meeting meeting = ChatClient.create(new TidarChatModel(engine))
                    .prompt("When?")
                    .advisors(AdvisorParams.ENABLE_NATIVE_STRUCTURED_OUTPUT)
                    .call()
                    .entity(Meeting.class);

            assertThat(meeting)
                    .isEqualTo(new Meeting(
                            LocalDate.of(2026, 3, 2),
                            LocalTime.of(10, 15, 30),
                            Duration.ofDays(1).plusMinutes(45),
                            Instant.parse("2026-03-01T12:30:00Z")));
        }
    }
}
