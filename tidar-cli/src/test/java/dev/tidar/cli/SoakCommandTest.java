package dev.tidar.cli;

import static dev.tidar.cli.Cli.STORIES;
import static dev.tidar.cli.Cli.tidar;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

@DisplayName("soak")
@EnabledOnOs(value = OS.LINUX, disabledReason = "it reads /proc")
class SoakCommandTest {

    @Test
    void readsWhatTheProcessHoldsAndEndsEveryRequestAsItShould() {
        Cli soaked = tidar("soak", "--model", STORIES, "--seconds", "2", "--interval", "1", "--concurrency", "4");

        assertThat(soaked.out())
                .containsPattern("\\d s  RSS +\\d+ MiB  heap +\\d+ MiB  threads +\\d+  handles +\\d+  KV ")
                .containsPattern("[1-9]\\d* requests: ")
                .containsPattern("threads +first quarter")
                .containsPattern("KV leased at the end +first quarter +0\\.0, last quarter +0\\.0: flat")
                .doesNotContain("unexpected");
    }
}
