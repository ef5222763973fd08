package dev.tidar.decode;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidar.api.WeightFormat;
import dev.tidar.checkpoint.Checkpoint;
import dev.tidar.checkpoint.Overrides;
import dev.tidar.decode.StepLayout.TwoPass;
import dev.tidar.sampling.SamplingParams;
import dev.tidar.tensor.WeightType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.FieldSource;
import tools.jackson.databind.JsonNode;

/**
 * Holds quantised folders against the float models that they are once dequantised, by another implementation; see
 * {@code golden/PROVENANCE.md} among the resources. The draft adapters are those of the families.
 */
@DisplayName("A quantised folder")
class QuantizedGoldenTest {

    private static final int TOKENS = 12;

    static final List<String> CASES = List.of(
            "qwen3-packed-int4",
            "qwen3-packed-int4-zeros-by-activation",
            "qwen3-packed-int8-row",
            "qwen3-int8",
            "qwen3-int8-groups-zeros",
            "qwen3-fp8-row",
            "qwen3-fp8-tensor-static",
            "qwen3-fp8-block",
            "qwen3-fp8-block-e5m2",
            "qwen3-gptq",
            "qwen3-gptq-by-activation",
            "qwen3-gptq-v2-int8-row",
            "qwen3-awq",
            "phi3-packed-int4",
            "phi3-fp8-block",
            "phi3-gptq-by-activation",
            "phi3-awq");

    @TempDir
    Path temporary;

    @ParameterizedTest(name = "{0}")
    @FieldSource("CASES")
    void hasTheVeryLogitsOfItsFloatModelOnExactAndDraftingRows(String name) {
        JsonNode golden = FamilyGoldenTest.golden(family(name));
        try (TestModel quantized = load(quantized(name), golden, WeightFormat.F32);
                TestModel floats = load(dequantized(name), golden, WeightFormat.F32)) {
            assertThat(logits(quantized, golden)).isEqualTo(logits(floats, golden));
        }
    }

    @ParameterizedTest(name = "{0}")
    @FieldSource("CASES")
    void decodesTheTokensOfItsFloatModelInEveryMode(String name) {
        JsonNode golden = FamilyGoldenTest.golden(family(name));
        try (TestModel quantized = load(quantized(name), golden, WeightFormat.F32);
                TestModel floats = load(dequantized(name), golden, WeightFormat.F32)) {
            List<Integer> expected = decode(floats, golden, StepLayout.AUTOREGRESSIVE);

            for (StepLayout layout : List.of(StepLayout.AUTOREGRESSIVE, GoldenTest.all(4), new TwoPass(8))) {
                assertThat(decode(quantized, golden, layout)).as("%s", layout).isEqualTo(expected);
            }
        }
    }

    @ParameterizedTest(name = "{0}")
    @FieldSource("CASES")
    void countsTheParametersOfItsFloatModel(String name) {
        try (Checkpoint quantized = Checkpoint.open(quantized(name), Overrides.none());
                Checkpoint floats = Checkpoint.open(dequantized(name), Overrides.none())) {
            assertThat(quantized.parameters()).isEqualTo(floats.parameters());
        }
    }

    @ParameterizedTest(name = "{0} as {1}: {2}")
    @CsvSource(delimiter = '|', textBlock = """
                    qwen3-packed-int4                     | INT8 | compressed-tensors int4, groups of 8
                    qwen3-packed-int4-zeros-by-activation | INT8 | compressed-tensors int4, groups of 8 with zero points
                    qwen3-packed-int8-row                 | INT8 | compressed-tensors int8, a scale for each row with zero points
                    qwen3-int8                            | INT8 | compressed-tensors int8, a scale for each row
                    qwen3-fp8-row                         | BF16 | compressed-tensors FP8, a scale for each row
                    qwen3-fp8-tensor-static               | BF16 | compressed-tensors FP8, a scale for each matrix
                    qwen3-fp8-block                       | BF16 | FP8, blocks of 16 x 8
                    qwen3-gptq                            | INT8 | GPTQ int4, groups of 8
                    qwen3-gptq-by-activation              | INT8 | GPTQ int4, groups of 8 by activation
                    qwen3-gptq-v2-int8-row                | INT8 | GPTQ int8, a scale for each row
                    phi3-awq                              | INT8 | AWQ int4, groups of 8
                    """)
    void isPackedAsTheNarrowestTypeThatHoldsItWhereWeightsAreAuto(String name, WeightType type, String description) {
        Path folder = quantized(name);
        try (Checkpoint checkpoint = Checkpoint.open(folder, Overrides.none())) {
            assertThat(checkpoint.quantization()).contains(description);
        }
        JsonNode golden = FamilyGoldenTest.golden(family(name));
        try (TestModel model = load(folder, golden, WeightFormat.AUTO)) {
            assertThat(model.network().weightType()).isEqualTo(type);
            assertThat(decode(model, golden, GoldenTest.all(4)))
                    .isEqualTo(decode(model, golden, StepLayout.AUTOREGRESSIVE));
        }
    }

    /** Logits of the last rows of the prompt, and of masks after it. */
    private static float[] logits(TestModel model, JsonNode golden) {
        List<Integer> prompt = GoldenTest.ints(golden.get("prompt"));
        return GoldenTest.prefillLogits(model, prompt, prompt.size() - 3);
    }

    private static List<Integer> decode(TestModel model, JsonNode golden, StepLayout layout) {
        List<Integer> prompt = GoldenTest.ints(golden.get("prompt"));
        return model.decode(prompt, TOKENS, SamplingParams.GREEDY, layout).tokens();
    }

    private static TestModel load(Path folder, JsonNode golden, WeightFormat weights) {
        return FamilyGoldenTest.load(folder, golden, TestKernels.PLAIN, weights);
    }

    private static String family(String name) {
        return name.substring(0, name.indexOf('-'));
    }

    private Path quantized(String name) {
        Path folder = TestModel.folder("golden/quantized/" + name);
        return assemble(name, "quantized", folder.resolve("config.json"), folder.resolve("model.safetensors"));
    }

    private Path dequantized(String name) {
        Path weights = TestModel.folder("golden/quantized/" + name).resolve("dequantized.safetensors");
        return assemble(name, "floats", FamilyGoldenTest.resource(family(name)).resolve("config.json"), weights);
    }

    /** A model folder of these files, with the draft adapter of its family. */
    private Path assemble(String name, String kind, Path config, Path weights) {
        Path folder = temporary.resolve(kind);
        Path adapter = FamilyGoldenTest.resource(family(name)).resolve("draft_adapter");
        try (Stream<Path> parts = Files.list(adapter)) {
            Files.createDirectories(folder.resolve("draft_adapter"));
            Files.copy(config, folder.resolve("config.json"));
            Files.copy(weights, folder.resolve("model.safetensors"));
            for (Path part : parts.toList()) {
                Files.copy(
                        part,
                        folder.resolve("draft_adapter")
                                .resolve(part.getFileName().toString()));
            }
            return folder;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
