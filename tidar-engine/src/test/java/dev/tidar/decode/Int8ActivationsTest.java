package dev.tidar.decode;

import static dev.tidar.decode.GoldenTest.all;
import static dev.tidar.decode.GoldenTest.outcomes;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tidar.api.Activations;
import dev.tidar.api.WeightFormat;
import dev.tidar.backend.CpuKernels;
import dev.tidar.decode.StepLayout.TwoPass;
import dev.tidar.sampling.SamplingParams;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("With int8 activations every layout emits what autoregressive decoding emits")
class Int8ActivationsTest {

    private static final int PROMPTS = 4;
    private static final int TOKENS = 48;

    private static final List<StepLayout> LAYOUTS =
            List.of(all(2), all(4), all(8), outcomes(4, 1), new TwoPass(4), new TwoPass(8));

    @ParameterizedTest
    @EnumSource(names = {"VECTOR", "NATIVE"})
    void greedilyAndAtTemperature(CpuKernels kernels) {
        try (TestModel model = load(kernels, Activations.INT8)) {
            prompts().forEach(prompt -> {
                for (SamplingParams params : List.of(SamplingParams.GREEDY, new SamplingParams(0.8f, 7))) {
                    List<Integer> expected = tokens(model, prompt, params, StepLayout.AUTOREGRESSIVE);
                    for (StepLayout layout : LAYOUTS) {
                        assertThat(tokens(model, prompt, params, layout))
                                .as("%s, prompt %s", layout, prompt)
                                .isEqualTo(expected);
                    }
                }
            });
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"NATIVE"})
    void whicheverKernelsCompute(CpuKernels kernels) {
        try (TestModel model = load(kernels, Activations.INT8);
                TestModel defined = load(CpuKernels.VECTOR, Activations.INT8);
                TestModel exact = load(CpuKernels.VECTOR, Activations.FLOAT)) {
            List<List<Integer>> answers = prompts()
                    .map(prompt -> tokens(model, prompt, SamplingParams.GREEDY, all(4)))
                    .toList();
            assertThat(answers)
                    .isEqualTo(prompts()
                            .map(prompt -> tokens(defined, prompt, SamplingParams.GREEDY, all(4)))
                            .toList())
                    .as("rounding is seen at all")
                    .isNotEqualTo(prompts()
                            .map(prompt -> tokens(exact, prompt, SamplingParams.GREEDY, all(4)))
                            .toList());
        }
    }

    private static TestModel load(CpuKernels kernels, Activations activations) {
        return TestModel.load("models/stories260k-tidar", kernels.backend(WeightFormat.INT8, activations, 1));
    }

    /** The begin token, then random ones. */
    private static Stream<List<Integer>> prompts() {
        return Stream.iterate(0, i -> i + 1).limit(PROMPTS).map(i -> {
            SplittableRandom random = new SplittableRandom(i);
            return Stream.concat(Stream.of(1), Stream.generate(() -> random.nextInt(3, 500)))
                    .limit(3 + 5L * i)
                    .toList();
        });
    }

    private static List<Integer> tokens(
            TestModel model, List<Integer> prompt, SamplingParams params, StepLayout layout) {
        return model.decode(prompt, TOKENS, params, layout).tokens();
    }
}
