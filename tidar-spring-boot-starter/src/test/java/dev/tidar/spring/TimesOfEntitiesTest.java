package dev.tidar.spring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidar.TidarEngine;
import dev.tidar.test.TidarScript;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.springframework.ai.chat.client.AdvisorParams;
import org.springframework.ai.chat.client.ChatClient;

/** A model that writes the times of a meeting as Java does. */
@DisplayName("An entity with times")
class TimesOfEntitiesTest {

    record Meeting(LocalDate day, LocalTime from, Duration length, Instant asked) {}

    @Test
    void isReadFromWhatTheGrammarLetTheModelWrite() {
        String answer =
                "{\"asked\": \"2026-03-01T12:30:00Z\", \"day\": \"2026-03-02\", \"from\": \"10:15:30\", \"length\": \"P1DT45M\"}";
        try (TidarEngine engine = new TidarScript().reply(answer).load()) {
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
