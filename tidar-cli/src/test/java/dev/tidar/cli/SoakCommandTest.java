package dev.tidar.cli;

import static dev.tidar.cli.Cli.STORIES;
import static dev.tidar.cli.Cli.tidar;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("soak")
@EnabledOnOs(value = OS.LINUX, disabledReason = "it reads /proc")
class SoakCommandTest {

    @TempDir
    Path folder;

    @Test
    void readsWhatTheProcessHoldsAndEndsEveryRequestAsItShould() {
        Path csv = folder.resolve("soak.csv");
        Path plot = folder.resolve("soak.svg");
        Cli soaked = tidar(
                "soak",
                "--model",
                STORIES,
                "--seconds",
                "2",
                "--interval",
                "1",
                "--concurrency",
                "4",
                "--csv",
                csv.toString(),
                "--plot",
                plot.toString());

        assertThat(soaked.out())
                .containsPattern("\\d s  RSS +\\d+ MiB  heap after GC +\\d+ MiB  threads +\\d+  handles +\\d+  KV ")
                .containsPattern("[1-9]\\d* requests: ")
                .containsPattern("threads +mean +[\\d.]+, growth after warm-up")
                .containsPattern("KV leased at the end +mean +0\\.0, growth .*: flat")
                .doesNotContain("unexpected");
        assertThat(csv)
                .content()
                .containsPattern("^seconds,resident_bytes,heap_after_gc_bytes,threads,.*\n1\\.\\d,\\d+,\\d+,\\d+,");
        assertThat(plot)
                .content()
                .startsWith("<svg ")
                .contains("heap after GC", "open handles")
                .endsWith("</svg>\n");
    }

    @Test
    void saysAtTheFirstReadingThatAFileCannotBeWritten() {
        String csv = folder.resolve("missing/soak.csv").toString();
        Cli soaked = tidar("soak", "--model", STORIES, "--seconds", "60", "--interval", "1", "--csv", csv);

        assertThat(soaked.exitCode()).isNotZero();
        assertThat(soaked.err()).contains("the readings cannot be written", csv);
    }
}
