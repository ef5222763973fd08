package dev.tidar.cli;

import static dev.tidar.cli.Cli.STORIES;
import static dev.tidar.cli.Cli.tidar;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

@DisplayName("bench-serving")
class BenchServingCommandTest {

    @Test
    void measuresEveryModeUnderEveryLoadAndFindsTheSameTokens() {
        JsonNode report = bench("--concurrency", "1,3", "--modes", "autoregressive,auto", "--json")
                .json();

        assertThat(report.path("loads").valueStream())
                .extracting(row -> row.path("mode").stringValue() + " "
                        + row.path("concurrency").intValue())
                .containsExactly("autoregressive 1", "auto 1", "autoregressive 3", "auto 3");
        assertThat(report.path("tokens_equal").booleanValue()).isTrue();
        assertThat(report.path("loads").valueStream())
                .allSatisfy(row -> assertThat(row.path("tokens"))
                        .isEqualTo(report.path("loads").path(0).path("tokens")));
    }

    @Test
    void letsEveryRequestEmitAsManyTokensAndUsesPromptsAgain() {
        JsonNode tokens =
                bench("--requests", "10", "--json").json().path("loads").path(0).path("tokens");

        assertThat(tokens.valueStream())
                .hasSize(10)
                .allSatisfy(answer -> assertThat(answer.size()).isEqualTo(6));
        assertThat(tokens.path(8)).isEqualTo(tokens.path(0));
    }

    @Test
    void reportsSpeedsAndTimesInOrder() {
        JsonNode row = bench("--json").json().path("loads").path(0);

        assertThat(figure(row, "tokens_per_second")).isPositive();
        assertThat(figure(row, "tokens_per_forward")).isEqualTo(1);
        assertThat(figure(row, "first_token_p50")).isPositive().isLessThanOrEqualTo(figure(row, "first_token_p99"));
        assertThat(figure(row, "gap_p50")).isPositive().isLessThanOrEqualTo(figure(row, "gap_p99"));
    }

    @Test
    void comparesWithTheSameRequestsOneAfterTheOther() {
        JsonNode loads = bench("--concurrency", "2,1", "--json").json().path("loads");

        assertThat(figure(loads.path(1), "gain")).isEqualTo(1);
        assertThat(figure(loads.path(0), "gain"))
                .isEqualTo(figure(loads.path(0), "tokens_per_second") / figure(loads.path(1), "tokens_per_second"));
    }

    @Test
    void hasNoGainWhereThatWasNotMeasured() {
        assertThat(bench("--concurrency", "2", "--json")
                        .json()
                        .path("loads")
                        .path(0)
                        .path("gain")
                        .isNull())
                .isTrue();
    }

    @Test
    void printsATable() {
        assertThat(bench().out())
                .contains("concurrency", "tokens/s", "TTFT p99 ms", "gap p99 ms")
                .contains("tokens equal under all loads and in all rounds: yes");
    }

    private static double figure(JsonNode row, String name) {
        return row.path(name).doubleValue();
    }

    private static Cli bench(String... args) {
        List<String> brief = List.of("--max-tokens", "6", "--repeats", "1", "--modes", "autoregressive");
        Stream<String> defaults = Stream.of("bench-serving", "--model", STORIES);
        Stream<String> missing = Stream.iterate(0, i -> i < brief.size(), i -> i + 2)
                .filter(i -> !List.of(args).contains(brief.get(i)))
                .flatMap(i -> brief.subList(i, i + 2).stream());
        Stream<String> fewer = Stream.of("--requests", "--concurrency")
                .filter(option -> !List.of(args).contains(option))
                .flatMap(option -> Stream.of(option, option.equals("--requests") ? "4" : "1"));
        return tidar(Stream.of(defaults, missing, fewer, Stream.of(args))
                .flatMap(s -> s)
                .toArray(String[]::new));
    }
}
