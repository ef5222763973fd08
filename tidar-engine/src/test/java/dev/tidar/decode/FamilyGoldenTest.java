package dev.tidar.decode;

import static dev.tidar.decode.GoldenTest.ints;
import static dev.tidar.decode.GoldenTest.prefillLogits;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tidar.api.WeightFormat;
import dev.tidar.checkpoint.Overrides;
import dev.tidar.decode.StepLayout.TwoPass;
import dev.tidar.sampling.SamplingParams;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/**
 * Holds every family against transformers, at positions far beyond the original context and every window; see
 * {@code golden/PROVENANCE.md} among the resources.
 */
@DisplayName("The families")
class FamilyGoldenTest {

    private static final double LOGIT_TOLERANCE = 1e-4;

    static final List<String> FAMILIES = List.of(
            "llama3",
            "llama-linear",
            "qwen2",
            "qwen3",
            "smollm3",
            "mistral",
            "ministral3",
            "nemotron-base",
            "phi3",
            "phi4-mini",
            "granite");

    @TempDir
    Path folder;

    static Stream<Arguments> families() {
        return GoldenTest.onEachKernels(FAMILIES);
    }

    @ParameterizedTest(name = "{0}, {1} kernels")
    @MethodSource("families")
    void haveTheLogitsOfExactAndDraftingRowsWithTheirAdapter(String name, TestKernels kernels) {
        assertLogits(resource(name), golden(name), kernels, "adapted");
    }

    @ParameterizedTest(name = "{0}, {1} kernels")
    @MethodSource("families")
    void haveOtherLogitsOfDraftingRowsWithoutIt(String name, TestKernels kernels) {
        assertLogits(withoutAdapter(name), golden(name), kernels, "plain");
    }

    @ParameterizedTest(name = "{0}, {1} kernels")
    @MethodSource("families")
    void haveTheGreedyTokensOfEveryMode(String name, TestKernels kernels) {
        JsonNode golden = golden(name);
        List<Integer> greedy = ints(golden.get("greedy"));
        List<Integer> prompt = ints(golden.get("prompt"));
        try (TestModel model = load(resource(name), golden, kernels)) {
            layouts()
                    .forEach(layout -> assertThat(model.decode(prompt, greedy.size(), SamplingParams.GREEDY, layout)
                                    .tokens())
                            .as("%s", layout)
                            .isEqualTo(greedy));
        }
    }

    Stream<StepLayout> layouts() {
        return Stream.of(StepLayout.AUTOREGRESSIVE, GoldenTest.all(4), new TwoPass(8));
    }

    /** Exact rows have the logits of "exact" of the goldens, the masks after them those of another key. */
    private static void assertLogits(Path folder, JsonNode golden, TestKernels kernels, String masks) {
        List<Integer> prompt = ints(golden.get("prompt"));
        JsonNode exact = golden.get("exact");
        try (TestModel model = load(folder, golden, kernels)) {
            float[] logits = prefillLogits(model, prompt, prompt.size() - exact.size());

            assertClose(logits, 0, exact);
            assertClose(logits, exact.size(), golden.get(masks));
        }
    }

    private static void assertClose(float[] actual, int firstRow, JsonNode expected) {
        int vocab = expected.get(0).size();
        double worst = 0;
        for (int row = 0; row < expected.size(); row++) {
            for (int i = 0; i < vocab; i++) {
                double right = expected.get(row).get(i).asDouble();
                worst = Math.max(worst, Math.abs(actual[(firstRow + row) * vocab + i] - right));
            }
        }
        assertThat(worst).as("largest difference of a logit").isLessThan(LOGIT_TOLERANCE);
    }

    private static TestModel load(Path folder, JsonNode golden, TestKernels kernels) {
        return load(folder, golden, kernels, WeightFormat.F32);
    }

    static TestModel load(Path folder, JsonNode golden, TestKernels kernels, WeightFormat weights) {
        var said = new Overrides(
                OptionalInt.of(golden.get("mask").asInt()),
                OptionalInt.of(golden.get("block").asInt()),
                OptionalInt.empty(),
                false);
        return TestModel.load(folder, kernels.backend(weights), said);
    }

    private Path withoutAdapter(String name) {
        try {
            for (String file : List.of("config.json", "model.safetensors")) {
                Files.copy(resource(name).resolve(file), folder.resolve(file));
            }
            return folder;
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    static Path resource(String name) {
        return TestModel.folder("golden/families/" + name);
    }

    static JsonNode golden(String name) {
        return new ObjectMapper()
                .readTree(resource(name).resolve("expected.json").toFile());
    }
}
