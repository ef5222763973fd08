package dev.tidar.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.tidar.TestGrid;
import dev.tidar.api.LogProbs;
import dev.tidar.api.LogProbs.TopToken;
import dev.tidar.api.WeightFormat;
import dev.tidar.backend.Backend;
import dev.tidar.backend.cuda.Arithmetic;
import dev.tidar.backend.cuda.EmulatedGpu;
import dev.tidar.backend.cuda.EmulatedGpu.Held;
import dev.tidar.backend.cuda.EmulatedGpuTest;
import dev.tidar.decode.StepLayout.SinglePass;
import dev.tidar.decode.StepLayout.TwoPass;
import dev.tidar.decode.TestModel.Run;
import dev.tidar.sampling.BannedIds;
import dev.tidar.sampling.Filters;
import dev.tidar.sampling.LogitBias;
import dev.tidar.sampling.Penalties;
import dev.tidar.sampling.SamplingParams;
import dev.tidar.step.GroupWidth;
import dev.tidar.tensor.DType;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** A model that really drafts, end to end through JCuda, beside the CPU backend. */
@EmulatedGpuTest
@DisplayName("Decoding on the emulated GPU")
class CudaDecodeTest {

    private static final String MODEL = "models/stories260k-tidar";
    private static final int TOKENS = TestGrid.size(24, 32, 48);
    private static final int START = 1;

    private static final SamplingParams RULED = new SamplingParams(
            0.8f,
            1002,
            new Filters(200, 0.95, 0.001, 0.97),
            new Penalties(1.1f, 0.2f, 0.3f),
            new LogitBias(new int[] {300, 7}, new float[] {2, -1.5f}),
            new BannedIds(new int[] {300}, 30),
            OptionalInt.empty());
    private static final List<SamplingParams> PARAMS =
            List.of(SamplingParams.GREEDY, new SamplingParams(0.8f, 1001), withLogProbs(RULED));

    private static Held before;
    private static TestModel cpu;
    private static TestModel gpu;

    @BeforeAll
    static void load() {
        before = EmulatedGpu.held();
        cpu = TestModel.load(MODEL);
        gpu = TestModel.load(MODEL, Backend.onGpu(WeightFormat.F32, Arithmetic.STRICT, EmulatedGpu.gpu()));
    }

    @AfterAll
    static void givesEverythingBack() {
        cpu.close();
        gpu.close();
        assertThat(EmulatedGpu.held()).isEqualTo(before);
    }

    static Stream<StepLayout> layouts() {
        return Stream.of(
                StepLayout.AUTOREGRESSIVE,
                all(4),
                outcomes(8, 1, 2),
                new SinglePass(2, StepLayout.allOutcomes(2)),
                new SinglePass(3, StepLayout.allOutcomes(3), GroupWidth.SHORT),
                new SinglePass(4, new TreeSet<>(), GroupWidth.SHORT),
                new TwoPass(4));
    }

    @ParameterizedTest
    @MethodSource("layouts")
    void emitsWhatTheCpuEmitsInAsManySteps(StepLayout layout) {
        for (int i = 0; i < PARAMS.size(); i++) {
            SamplingParams params = PARAMS.get(i);

            Run expected = cpu.decode(prompt(i), TOKENS, params, layout);
            Run actual = gpu.decode(prompt(i), TOKENS, params, layout);

            assertThat(actual.tokens()).as("prompt %d", i).isEqualTo(expected.tokens());
            assertThat(actual.kept()).isEqualTo(expected.kept());
            assertSameLogProbs(logProbs(actual), logProbs(expected));
            assertThat(actual.tokens())
                    .isEqualTo(gpu.decode(prompt(i), TOKENS, params, StepLayout.AUTOREGRESSIVE)
                            .tokens());
        }
    }

    @Test
    void mixesBothHeadsAsTheCpuDoes() {
        StepLayout lossy = new SinglePass(4, StepLayout.allOutcomes(4), GroupWidth.FULL, 0.4);
        List<SamplingParams> samplingParams = List.of(SamplingParams.GREEDY, new SamplingParams(0.8f, 1001), RULED);
        for (int i = 0; i < samplingParams.size(); i++) {
            SamplingParams params = samplingParams.get(i);
            Run expected = cpu.decode(prompt(i), TOKENS, params, lossy);

            assertThat(gpu.decode(prompt(i), TOKENS, params, lossy).tokens())
                    .as("prompt %d", i)
                    .isEqualTo(expected.tokens())
                    .isNotEqualTo(cpu.decode(prompt(i), TOKENS, params, all(4)).tokens());
        }
    }

    @Test
    void reportsLogProbabilitiesWhereStepsOfTheSameShapeReportedNone() {
        SamplingParams asking = withLogProbs(RULED);
        List<LogProbs> expected = logProbs(cpu.decode(prompt(2), TOKENS, asking, all(2)));
        for (SamplingParams params : List.of(RULED, RULED, asking, asking, asking)) {
            Run run = gpu.decode(prompt(2), TOKENS, params, all(2));

            assertSameLogProbs(logProbs(run), params.logProbs().isPresent() ? expected : List.of());
        }
    }

    private static List<LogProbs> logProbs(Run run) {
        return run.forwards().stream()
                .flatMap(forward -> forward.result().logProbs().stream())
                .toList();
    }

    /** The same tokens; an ulp may lie between the logarithms of two devices. */
    private static void assertSameLogProbs(List<LogProbs> actual, List<LogProbs> expected) {
        assertThat(actual).hasSameSizeAs(expected);
        for (int i = 0; i < expected.size(); i++) {
            List<TopToken> top = expected.get(i).top();
            assertClose(actual.get(i).logProb(), expected.get(i).logProb());
            assertThat(actual.get(i).top()).hasSameSizeAs(top);
            for (int n = 0; n < top.size(); n++) {
                assertThat(actual.get(i).top().get(n).id()).isEqualTo(top.get(n).id());
                assertClose(actual.get(i).top().get(n).logProb(), top.get(n).logProb());
            }
        }
    }

    private static void assertClose(float actual, float expected) {
        assertThat(actual).isCloseTo(expected, within(Math.ulp(expected)));
    }

    /**
     * Rounded inputs may lead to other tokens than the CPU's, but never to other tokens than those of one row at a
     * time.
     */
    @ParameterizedTest
    @EnumSource(
            value = WeightFormat.class,
            names = {"BF16", "INT8"})
    void onTheTensorCoresEmitsTheSameInEveryLayout(WeightFormat weights) {
        try (TestModel fast =
                TestModel.load(MODEL, Backend.onGpu(weights, Arithmetic.FAST, EmulatedGpu.gpu()), DType.BF16)) {
            for (SamplingParams params : List.of(SamplingParams.GREEDY, new SamplingParams(0.8f, 7), RULED)) {
                List<Integer> expected = fast.decode(prompt(5), TOKENS, params, StepLayout.AUTOREGRESSIVE)
                        .tokens();
                for (StepLayout layout : List.of(
                        all(2),
                        outcomes(4, 1, 4),
                        new SinglePass(2, StepLayout.allOutcomes(2), GroupWidth.SHORT),
                        new TwoPass(4))) {
                    assertThat(fast.decode(prompt(5), TOKENS, params, layout).tokens())
                            .as("%s, %s", layout, params)
                            .isEqualTo(expected);
                }
            }
        }
    }

    @Test
    void prefillsInChunksOfAnySize() {
        List<Integer> prompt = new ArrayList<>();
        while (prompt.size() < 70) {
            prompt.addAll(prompt(prompt.size()));
        }
        DecodeRequest request = new DecodeRequest(prompt, SamplingParams.GREEDY, 8, 512);
        List<Integer> expected = cpu.decode(request, all(4), 64).tokens();
        for (int chunk : List.of(7, 64, 1000)) {
            assertThat(gpu.decode(request, all(4), chunk).tokens()).isEqualTo(expected);
        }
    }

    static Stream<SamplingParams> withoutLogProbs() {
        return Stream.of(SamplingParams.GREEDY, RULED);
    }

    /** The rules of a step are a part of what is copied anyway. */
    @ParameterizedTest
    @MethodSource("withoutLogProbs")
    @Tag("emulated-driver")
    void becomesOneReplayedGraphAStep(SamplingParams params) {
        gpu.decode(prompt(1), TOKENS, params, all(4)); // queues, verb by verb
        gpu.decode(prompt(1), TOKENS, params, all(4)); // captures what came once
        int launches = EmulatedGpu.calls(EmulatedGpu.Call.LAUNCH);
        int replays = EmulatedGpu.replays();
        int synchronised = EmulatedGpu.calls(EmulatedGpu.Call.SYNCHRONISE);
        int copies = EmulatedGpu.calls(EmulatedGpu.Call.COPY);

        Run run = gpu.decode(prompt(1), TOKENS, params, all(4));

        int forwards = run.forwards().size();
        assertThat(EmulatedGpu.replays() - replays).isEqualTo(forwards);
        assertThat(EmulatedGpu.calls(EmulatedGpu.Call.LAUNCH) - launches).isEqualTo(forwards);
        assertThat(EmulatedGpu.calls(EmulatedGpu.Call.SYNCHRONISE) - synchronised)
                .isEqualTo(forwards);
        assertThat(EmulatedGpu.calls(EmulatedGpu.Call.COPY) - copies).isZero();
    }

    private static SamplingParams withLogProbs(SamplingParams params) {
        return new SamplingParams(
                params.temperature(),
                params.seed(),
                params.filters(),
                params.penalties(),
                params.bias(),
                params.banned(),
                OptionalInt.of(3));
    }

    private static List<Integer> prompt(int index) {
        var random = new SplittableRandom(index);
        List<Integer> prompt = new ArrayList<>(List.of(START));
        random.ints(random.nextInt(1, 12), 259, 512).forEach(prompt::add);
        return prompt;
    }

    private static StepLayout all(int k) {
        return new SinglePass(k, StepLayout.allOutcomes(k));
    }

    private static StepLayout outcomes(int k, Integer... kept) {
        return new SinglePass(k, new TreeSet<>(Set.of(kept)));
    }
}
