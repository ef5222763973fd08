package dev.tidar.cli;

import static dev.tidar.cli.Cli.STORIES;
import static dev.tidar.cli.Cli.tidar;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

@DisplayName("inspect")
class InspectCommandTest {

    @Test
    void showsWhatTheEngineMakesOfTheModel() {
        Cli shown = tidar("inspect", "--model", STORIES);

        assertThat(shown.exitCode()).as(shown.err()).isZero();
        assertThat(shown.out())
                .containsPattern("family +llama")
                .containsPattern("mask token +512")
                .containsPattern("block size +8")
                .containsPattern("chat +no")
                .containsPattern("auto +\\S+")
                .containsPattern("because +\\S+");
    }

    @Test
    void printsTheStatusAsOneObject() {
        JsonNode status = tidar("inspect", "--model", STORIES, "--json").json();

        assertThat(status.path("model").path("mask_token_id").intValue()).isEqualTo(512);
        assertThat(status.path("model").path("context_length").intValue()).isEqualTo(512);
        assertThat(status.path("layout").path("candidates").size()).isPositive();
    }

    @Test
    void holdsTheWeightsAsAsked() {
        JsonNode status = tidar("inspect", "--model", STORIES, "--weights", "bf16", "--json")
                .json();

        assertThat(status.path("model").path("weights").stringValue()).isEqualTo("bf16");
    }
}
