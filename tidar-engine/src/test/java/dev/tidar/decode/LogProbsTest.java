package dev.tidar.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.tidar.api.LogProbs;
import dev.tidar.decode.StepLayout.SinglePass;
import dev.tidar.decode.StepLayout.TwoPass;
import dev.tidar.sampling.BannedIds;
import dev.tidar.sampling.Filters;
import dev.tidar.sampling.LogitBias;
import dev.tidar.sampling.Penalties;
import dev.tidar.sampling.PlainSampling;
import dev.tidar.sampling.SamplingParams;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

@DisplayName("Log-probabilities of emitted tokens")
class LogProbsTest {

    private static final int TOKENS = 60;
    private static final List<Integer> PROMPT = List.of(1, 300, 410);

    @Test
    void areTheSameInEveryLayout() {
        try (TestModel model = TestModel.load("models/stories260k-tidar")) {
            for (SamplingParams how : List.of(greedy(5), everythingOn(5))) {
                List<LogProbs> expected = logProbs(model.decode(PROMPT, TOKENS, how, StepLayout.AUTOREGRESSIVE));
                assertThat(expected).hasSize(TOKENS);
                for (int k : new int[] {2, 4, 8}) {
                    for (StepLayout layout : List.of(new SinglePass(k, StepLayout.allOutcomes(k)), new TwoPass(k))) {
                        assertThat(logProbs(model.decode(PROMPT, TOKENS, how, layout)))
                                .as("%s", layout)
                                .isEqualTo(expected);
                    }
                }
            }
        }
    }

    @Test
    void areOfTheScoresThatTheModelGave() {
        try (TestModel model = TestModel.load("models/stories260k-tidar")) {
            TestModel.Run run = model.decode(PROMPT, 1, everythingOn(3), StepLayout.AUTOREGRESSIVE);
            TestModel.Run plain = model.decode(PROMPT, 1, greedy(3), StepLayout.AUTOREGRESSIVE);

            LogProbs biased = logProbs(run).get(0);
            assertThat(biased.top()).isEqualTo(logProbs(plain).get(0).top());
            assertThat(plain.tokens().get(0)).isEqualTo(biased.top().get(0).id());
            assertThat(logProbs(plain).get(0).logProb())
                    .isEqualTo(biased.top().get(0).logProb());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"llama", "llama-adapter", "qwen2", "qwen3"})
    void areTheLogSoftmaxOfTheGoldens(String name) {
        try (TestModel model = TestModel.load("golden/" + name)) {
            SafetensorsFixture expected =
                    SafetensorsFixture.read(TestModel.folder("golden/" + name).resolve("expected.safetensors"));
            JsonNode cases = new ObjectMapper()
                    .readTree(TestModel.folder("golden/" + name)
                            .resolve("expected.json")
                            .toFile())
                    .get("cases");
            for (int i = 0; i < 4; i++) {
                List<Integer> prompt = new ArrayList<>();
                cases.get(i).get("prompt").forEach(id -> prompt.add(id.asInt()));
                int vocab = model.config().vocabSize();
                float[] logits = expected.floats(i + ".prefill.logits");
                double[] last = IntStream.range(0, vocab)
                        .mapToDouble(id -> id == model.maskToken()
                                ? Double.NEGATIVE_INFINITY
                                : logits[(prompt.size() - 1) * vocab + id])
                        .toArray();
                double[] exact = PlainSampling.softmax(last);

                TestModel.Run run = model.decode(prompt, 1, greedy(20), StepLayout.AUTOREGRESSIVE);
                LogProbs found = logProbs(run).get(0);

                // a logit may differ by 1e-4, and so may the logarithm of their sum
                assertThat((double) found.logProb())
                        .isCloseTo(Math.log(exact[run.tokens().get(0)]), within(2e-4));
                assertThat(found.top()).hasSize(Math.min(20, vocab - 1));
                for (LogProbs.TopToken likely : found.top()) {
                    assertThat((double) likely.logProb()).isCloseTo(Math.log(exact[likely.id()]), within(2e-4));
                }
            }
        }
    }

    @Test
    void areNotThereWhereNobodyAsked() {
        try (TestModel model = TestModel.load("models/stories260k-tidar")) {
            TestModel.Run run = model.decode(PROMPT, 4, SamplingParams.GREEDY, StepLayout.AUTOREGRESSIVE);
            assertThat(run.forwards())
                    .allSatisfy(t -> assertThat(t.result().logProbs()).isEmpty());
        }
    }

    private static List<LogProbs> logProbs(TestModel.Run run) {
        return run.forwards().stream()
                .flatMap(t -> t.result().logProbs().subList(0, t.emitted()).stream())
                .toList();
    }

    private static SamplingParams greedy(int top) {
        return new SamplingParams(
                0, 0, Filters.NONE, Penalties.NONE, LogitBias.NONE, BannedIds.NONE, OptionalInt.of(top));
    }

    private static SamplingParams everythingOn(int top) {
        return new SamplingParams(
                0.9f,
                7,
                new Filters(40, 0.9, 0.02, 0.9),
                new Penalties(1.2f, 0.2f, 0.1f),
                new LogitBias(new int[] {300, 301}, new float[] {5, -5}),
                BannedIds.NONE,
                OptionalInt.of(top));
    }
}
