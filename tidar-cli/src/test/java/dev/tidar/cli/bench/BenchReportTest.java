package dev.tidar.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidar.api.DecodeMode;
import dev.tidar.api.Decoding;
import dev.tidar.api.EngineActivity;
import dev.tidar.api.EngineOptions.LoadProgress;
import dev.tidar.api.EngineState;
import dev.tidar.api.EngineStatus;
import dev.tidar.api.EngineStatus.LayoutReport;
import dev.tidar.api.EngineStatus.ModelFacts;
import dev.tidar.api.FinishReason;
import dev.tidar.api.GenerationResult;
import dev.tidar.api.GenerationStats;
import dev.tidar.api.Prompt;
import dev.tidar.api.WeightFormat;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A bench report")
class BenchReportTest {

    private static final Layout ONE = new Layout("one", Decoding.of(DecodeMode.AUTOREGRESSIVE));
    private static final Layout TWO = new Layout("two", Decoding.of(DecodeMode.SINGLE_PASS));

    @Test
    void takesTheMedianOfTheMeasuredRoundsAndShowsTheWarmUpApart() {
        BenchReport report = report(
                Map.of(ONE, round(900, 5, 6, 7)),
                Map.of(ONE, round(20, 5, 6, 7)),
                Map.of(ONE, round(10, 5, 6, 7)),
                Map.of(ONE, round(40, 5, 6, 7)));

        BenchReport.Row row = report.layouts().get(0);
        assertThat(row.decodeTokensPerSecond()).isEqualTo(2 / 0.020);
        assertThat(row.warmUpDecodeSpeed()).isEqualTo(2 / 0.900);
        assertThat(row.decodeSpeeds()).containsExactly(2 / 0.020, 2 / 0.010, 2 / 0.040);
    }

    @Test
    void leavesTheTokenOfThePrefillOutOfSpeedAndTokensPerForward() {
        BenchReport.Row row = report(Map.of(ONE, round(10, 5, 6, 7)), Map.of(ONE, round(10, 5, 6, 7)))
                .layouts()
                .get(0);

        assertThat(row.tokensPerForward()).isEqualTo(1);
        assertThat(row.millisPerForward()).isEqualTo(5);
    }

    @Test
    void namesLayoutPromptAndRoundWhereTokensDiffer() {
        var same = Map.of(ONE, round(10, 5, 6, 7), TWO, round(10, 5, 6, 7));
        var different = Map.of(ONE, round(10, 5, 6, 7), TWO, round(10, 5, 6, 8));

        BenchReport report = report(same, different);

        assertThat(report.tokensEqual()).isFalse();
        assertThat(report.differences()).containsExactly("two, prompt 1, round 1");
    }

    @SafeVarargs
    @SuppressWarnings("varargs")
    private static BenchReport report(Map<Layout, Round>... rounds) {
        List<Layout> layouts = rounds[0].containsKey(TWO) ? List.of(ONE, TWO) : List.of(ONE);
        var prompts = List.of(new NamedPrompt("prompt 1", new Prompt.Text("any")));
        var plan = new BenchPlan(prompts, layouts, 3, rounds.length - 1, false);
        return BenchReport.of(status(), plan, List.of(rounds));
    }

    /** One prompt, answered with these tokens, one forward a token after the first. */
    private static Round round(int decodeMillis, Integer... tokens) {
        var kept = List.of(1, 1);
        var stats = new GenerationStats(
                4,
                0,
                tokens.length,
                2,
                0,
                kept,
                "any",
                false,
                0,
                Duration.ZERO,
                Duration.ofMillis(8),
                Duration.ofMillis(decodeMillis));
        var result = new GenerationResult(List.of(tokens), "", FinishReason.LENGTH, 0, stats);
        return new Round(List.of(new Answer("prompt 1", result, Duration.ofMillis(9))));
    }

    private static EngineStatus status() {
        var model = new ModelFacts(
                "any",
                "llama",
                1,
                WeightFormat.F32,
                Optional.empty(),
                8,
                OptionalInt.empty(),
                OptionalInt.empty(),
                false,
                false,
                false,
                "",
                "0123abcd");
        var layout = new LayoutReport("autoregressive", "no mask token", List.of(), true);
        var loaded = new EngineStatus.Loaded(
                model,
                Optional.empty(),
                "cpu",
                "the options ask for the CPU",
                "plain",
                Decoding.AUTO,
                layout,
                List.of(),
                new EngineStatus.MemoryStatus("the Java heap", 0, 0, 0, 0, "f32", 0),
                new EngineStatus.KvStatus(0, 0, 0, 0, 0));
        return new EngineStatus(
                EngineState.READY,
                model.name(),
                new LoadProgress("ready", 1),
                Optional.of(loaded),
                0,
                0,
                EngineStatus.Totals.NONE,
                EngineActivity.NONE,
                Optional.empty());
    }
}
