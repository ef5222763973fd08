package dev.tidar.checkpoint;

import static dev.tidar.checkpoint.ModelFolderFixture.HIDDEN;
import static dev.tidar.checkpoint.ModelFolderFixture.MASK;
import static dev.tidar.checkpoint.ModelFolderFixture.VOCAB;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tidar.api.Sampling;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A config.json gives")
class ConfigReaderTest {

    @TempDir
    Path folder;

    @Test
    void theNetworkItDescribes() {
        ModelConfig config = read(f -> f);

        assertThat(config.family().modelType()).isEqualTo("llama");
        assertThat(config.hiddenSize()).isEqualTo(HIDDEN);
        assertThat(config.intermediateSize()).isEqualTo(12);
        assertThat(config.numLayers()).isEqualTo(1);
        assertThat(config.numHeads()).isEqualTo(2);
        assertThat(config.numKvHeads()).isEqualTo(1);
        assertThat(config.headDim()).isEqualTo(4);
        assertThat(config.vocabSize()).isEqualTo(VOCAB);
        assertThat(config.maxPositions()).isEqualTo(64);
        assertThat(config.rmsNormEpsilon()).isEqualTo(1e-5f);
        assertThat(theta(config)).isEqualTo(10_000);
        assertThat(config.tiedHead()).isTrue();
        assertThat(config.tidar()).contains(new TidarConfig(MASK, 8));
    }

    @ParameterizedTest
    @CsvSource({
        "llama, LlamaForCausalLM, false, false",
        "qwen2, Qwen2ForCausalLM, true, false",
        "qwen3, Qwen3ForCausalLM, false, true"
    })
    void biasesAndNormsByFamily(String modelType, String architecture, boolean qkvBias, boolean qkNorm) {
        ModelConfig config = read(f -> f.family(modelType, architecture));

        assertThat(config.blocks().biases().qkv()).isEqualTo(qkvBias);
        assertThat(config.family().headNorms()).isEqualTo(qkNorm);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"rope_theta\": 5000.0, \"rope_type\": \"default\"}",
                "{\"rope_theta\": 5000.0}",
                "{\"rope_theta\": 5000}"
            })
    void ropeThetaInTheSpellingOfTransformers5(String parameters) {
        ModelConfig config = read(f ->
                f.without("rope_theta", "torch_dtype").set("dtype", "float32").json("rope_parameters", parameters));

        assertThat(theta(config)).isEqualTo(5000);
    }

    @ParameterizedTest
    @ValueSource(strings = {"null", "{\"type\": \"default\"}", "{\"rope_type\": \"default\"}"})
    void ropeThetaBesideAScalingThatSaysNothing(String scaling) {
        assertThat(theta(read(f -> f.set("rope_theta", 1e6).json("rope_scaling", scaling))))
                .isEqualTo(1_000_000);
    }

    @Test
    void theDefaultRopeThetaOfOldLlamas() {
        assertThat(theta(read(f -> f.without("rope_theta")))).isEqualTo(10_000);
    }

    /** The second of two pairs turns by {@code theta^(-1/2)}. */
    private static long theta(ModelConfig config) {
        float inverse = config.positions().rope().rotation().inverseFrequencies()[1];
        return Math.round(1 / ((double) inverse * inverse));
    }

    @Test
    void headDimAndKvHeadsOfOldLlamas() {
        ModelConfig config = read(f -> f.without("head_dim", "num_key_value_heads"));

        assertThat(config.headDim()).isEqualTo(4);
        assertThat(config.numKvHeads()).isEqualTo(2);
    }

    @Test
    void aHeadThatIsThere() {
        ModelConfig config = read(
                f -> f.without("tie_word_embeddings").tensors(t -> t.filled("lm_head.weight", 0.75f, VOCAB, HIDDEN)));

        assertThat(config.tiedHead()).isFalse();
    }

    @Test
    @DisplayName("B44: a tied head whose bytes equal the embedding")
    void aTiedHeadWithAnEqualCopy() {
        var fixture = ModelFolderFixture.in(folder).tensors(t -> t.filled("lm_head.weight", 0.5f, VOCAB, HIDDEN));
        try (Checkpoint checkpoint = fixture.open()) {
            assertThat(checkpoint.config().tiedHead()).isTrue();
            assertThat(checkpoint.unusedNames()).doesNotContain("lm_head.weight");
        }
    }

    @Nested
    class WhatItSaysOfItsDrafts {

        @Test
        void isThatGroupsAreFullAndNothingWasMeasuredWhereItSaysNothing() {
            TidarConfig config = read(f -> f).tidar().orElseThrow();

            assertThat(config.shortGroups()).isFalse();
            assertThat(config.kept()).isEqualTo(KeptByLayout.NONE);
        }

        @ParameterizedTest
        @ValueSource(booleans = {true, false})
        void isWhetherItWasTrainedForShortGroups(boolean declared) {
            assertThat(read(f -> f.set("short_groups", declared))
                            .tidar()
                            .orElseThrow()
                            .shortGroups())
                    .isEqualTo(declared);
            assertThat(read(f -> f.json("tidar_config", "{\"short_groups\": %s}".formatted(declared)))
                            .tidar()
                            .orElseThrow()
                            .shortGroups())
                    .isEqualTo(declared);
        }

        @Test
        void isWhatStepsKeptWithoutLayoutsAndLengthsThatNoStepHas() {
            String kept = "{\"single_pass\": {\"4\": 1.86, \"64\": 3}, \"two_pass\": {\"4\": 4, \"6\": null},"
                    + " \"tree\": {\"any\": true}}";

            assertThat(read(f -> f.json("kept_by_layout", kept))
                            .tidar()
                            .orElseThrow()
                            .kept())
                    .isEqualTo(new KeptByLayout(
                            new TreeMap<>(Map.of(4, 1.86)), new TreeMap<>(), new TreeMap<>(Map.of(4, 4.0))));
        }
    }

    @Nested
    class MaskTokenAndBlockSize {

        @ParameterizedTest
        @ValueSource(strings = {"block_size", "block_length", "draft_length", "draft_len"})
        void underEveryNameOfTheBlock(String key) {
            assertThat(read(f -> f.without("block_size").set(key, 4)).tidar()).contains(new TidarConfig(MASK, 4));
        }

        @ParameterizedTest
        @ValueSource(strings = {"mask_token_id", "mask_id"})
        void underEveryNameOfTheMask(String key) {
            assertThat(read(f -> f.without("mask_token_id").set(key, 7)).tidar())
                    .contains(new TidarConfig(7, 8));
        }

        @Test
        void inANestedObject() {
            var nested = "{\"mask_id\": 7, \"draft_length\": 4, \"alpha\": 1.0}";

            assertThat(read(f -> f.without("mask_token_id", "block_size").json("tidar_config", nested))
                            .tidar())
                    .contains(new TidarConfig(7, 4));
        }

        @Test
        void fromTheCaller() {
            var fixture = ModelFolderFixture.in(folder).without("mask_token_id", "block_size");
            try (Checkpoint checkpoint = fixture.open(ModelFolderFixture.maskAndBlock(3, 16))) {
                assertThat(checkpoint.config().tidar()).contains(new TidarConfig(3, 16));
            }
        }

        @ParameterizedTest(name = "B48: none, with mask_token_id {0}")
        @ValueSource(strings = {"absent", "null"})
        void noneForAModelWithoutMaskToken(String mask) {
            UnaryOperator<ModelFolderFixture> change =
                    mask.equals("null") ? f -> f.json("mask_token_id", "null") : f -> f.without("mask_token_id");

            assertThat(read(change).tidar()).isEqualTo(Optional.empty());
        }
    }

    @Nested
    @DisplayName("B50: a window without effect")
    class SlidingWindow {

        @Test
        void thatIsSwitchedOff() {
            read(f -> f.family("qwen2", "Qwen2ForCausalLM")
                    .set("sliding_window", 32)
                    .set("use_sliding_window", false));
        }

        @Test
        void thatIsOffByDefaultInQwen() {
            read(f -> f.family("qwen3", "Qwen3ForCausalLM").set("sliding_window", 32));
        }

        @Test
        void thatIsAsLongAsTheContext() {
            read(f -> f.set("sliding_window", 64).json("layer_types", "[\"full_attention\"]"));
        }

        @Test
        void thatStartsAfterTheLastLayer() {
            read(f -> f.family("qwen2", "Qwen2ForCausalLM")
                    .set("sliding_window", 32)
                    .set("use_sliding_window", true)
                    .set("max_window_layers", 1));
        }

        @Test
        void thatIsAsLongAsTheContextInUse() {
            var overrides = new Overrides(OptionalInt.empty(), OptionalInt.empty(), OptionalInt.of(32), false);
            try (Checkpoint checkpoint =
                    ModelFolderFixture.in(folder).set("sliding_window", 32).open(overrides)) {
                assertThat(checkpoint.config().maxPositions()).isEqualTo(64);
            }
        }
    }

    @Nested
    class StopIdsAndTemperature {

        @Test
        void fromConfigJsonAlone() {
            assertThat(generation(f -> f).stopIds()).containsExactly(ModelFolderFixture.STOP);
        }

        @Test
        void fromGenerationConfigFirst() {
            assertThat(generation(f -> f.generation("{\"eos_token_id\": [5, 6, 5]}"))
                            .stopIds())
                    .containsExactly(5, 6);
        }

        @Test
        void noneForAnEmptyList() {
            assertThat(generation(f -> f.generation("{\"eos_token_id\": []}")).stopIds())
                    .isEmpty();
        }

        @ParameterizedTest
        @ValueSource(strings = {"{}", "{\"eos_token_id\": null}"})
        void fromConfigJsonWhereGenerationConfigIsSilent(String json) {
            assertThat(generation(f -> f.generation(json)).stopIds()).containsExactly(ModelFolderFixture.STOP);
        }

        @Test
        void temperatureWhereSamplingIsSet() {
            assertThat(generation(f -> f.generation("{\"do_sample\": true, \"temperature\": 0.6}"))
                            .sampling()
                            .temperature())
                    .hasValue(0.6);
            assertThat(generation(f -> f.generation("{\"do_sample\": true}"))
                            .sampling()
                            .temperature())
                    .hasValue(1);
        }

        @Test
        void greedyForATemperatureThatComesToIt() {
            assertThat(generation(f -> f.generation("{\"do_sample\": true, \"temperature\": 0.000001}"))
                            .sampling()
                            .temperature())
                    .hasValue(0);
        }

        @ParameterizedTest
        @ValueSource(strings = {"{}", "{\"temperature\": 0.6}", "{\"do_sample\": false, \"temperature\": 0.6}"})
        void noTemperatureWhereSamplingIsNotSet(String json) {
            assertThat(generation(f -> f.generation(json)).sampling().temperature())
                    .isEmpty();
        }

        @Test
        void filtersAndRepetitionPenaltyWhetherSamplingIsSetOrNot() {
            String json = """
                    {"do_sample": false, "top_k": 20, "top_p": 0.8, "min_p": 0.05, "typical_p": 0.95,
                     "repetition_penalty": 1.1}""";
            assertThat(generation(f -> f.generation(json)).sampling())
                    .isEqualTo(Sampling.builder()
                            .topK(20)
                            .topP(0.8)
                            .minP(0.05)
                            .typicalP(0.95)
                            .repetitionPenalty(1.1)
                            .build());
        }

        @Test
        void nothingThatTheFileLeavesOut() {
            assertThat(generation(f -> f.generation("{}")).sampling()).isEqualTo(Sampling.DEFAULT);
        }

        private GenerationDefaults generation(UnaryOperator<ModelFolderFixture> change) {
            try (Checkpoint checkpoint =
                    change.apply(ModelFolderFixture.in(folder)).open()) {
                return checkpoint.generation();
            }
        }
    }

    private ModelConfig read(UnaryOperator<ModelFolderFixture> change) {
        try (Checkpoint checkpoint = change.apply(ModelFolderFixture.in(folder)).open()) {
            return checkpoint.config();
        }
    }
}
