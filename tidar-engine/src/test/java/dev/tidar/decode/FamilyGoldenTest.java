package dev.tidar.decode;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidar.api.WeightFormat;
import dev.tidar.checkpoint.Overrides;
import dev.tidar.decode.StepLayout.TwoPass;
import dev.tidar.sampling.SamplingParams;
import dev.tidar.step.StepRows;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;
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
    private static final int GROUP = 4;

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
        return FAMILIES.stream().flatMap(name -> TestKernels.available().map(kernels -> Arguments.of(name, kernels)));
    }

    @ParameterizedTest(name = "{0}, {1} kernels")
    @MethodSource("families")
    void haveTheLogitsOfExactAndDraftingRowsWithTheirAdapter(String name, TestKernels kernels) {
        JsonNode golden = golden(name);
        try (TestModel model = load(resource(name), golden, kernels)) {
            float[] logits = logits(model, golden);

            assertClose(logits, 0, golden.get("exact"));
            assertClose(logits, golden.get("exact").size(), golden.get("adapted"));
        }
    }

    @ParameterizedTest(name = "{0}, {1} kernels")
    @MethodSource("families")
    void haveOtherLogitsOfDraftingRowsWithoutIt(String name, TestKernels kernels) {
        JsonNode golden = golden(name);
        try (TestModel model = load(withoutAdapter(name), golden, kernels)) {
            float[] logits = logits(model, golden);

            assertClose(logits, 0, golden.get("exact"));
            assertClose(logits, golden.get("exact").size(), golden.get("plain"));
        }
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

    /** Logits of the last rows of the prompt, then of masks after it. */
    private static float[] logits(TestModel model, JsonNode golden) {
        List<Integer> prompt = ints(golden.get("prompt"));
        int length = prompt.size();
        int exact = golden.get("exact").size();
        int[] masks = IntStream.generate(model::maskToken).limit(GROUP).toArray();
        var rows = new StepRows.Builder();
        try (var blocks = model.blocks()) {
            blocks.reserve(length);
            int s = rows.sequence(blocks.blocks());
            for (int i = 0; i < length; i++) {
                rows.exact(s, prompt.get(i), i);
            }
            rows.group(s, masks, length, length);
            return model.network()
                    .logits(
                            rows.build(),
                            IntStream.range(length - exact, length + GROUP).toArray());
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
        var said = new Overrides(
                OptionalInt.of(golden.get("mask").asInt()),
                OptionalInt.of(golden.get("block").asInt()),
                OptionalInt.empty(),
                false);
        return TestModel.load(folder, kernels.backend(WeightFormat.F32), said);
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

    private static Path resource(String name) {
        return TestModel.folder("golden/families/" + name);
    }

    private static JsonNode golden(String name) {
        return new ObjectMapper()
                .readTree(resource(name).resolve("expected.json").toFile());
    }

    private static List<Integer> ints(JsonNode array) {
        List<Integer> values = new ArrayList<>();
        array.forEach(v -> values.add(v.asInt()));
        return List.copyOf(values);
    }
}
