package dev.tidar.checkpoint;

import static dev.tidar.checkpoint.Bad.corrupt;
import static dev.tidar.checkpoint.Bad.unsupported;
import static dev.tidar.checkpoint.ModelFolderFixture.VOCAB;
import static dev.tidar.checkpoint.Rejection.assertRejected;

import dev.tidar.api.InvalidModelException.Fault;
import java.nio.file.Path;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Positions, drafting and stops are rejected")
class DecodingRejectionTest {

    @TempDir
    Path folder;

    @ParameterizedTest(name = "{0}")
    @MethodSource({"positions", "tidar", "drafts", "windows", "generation"})
    void because(Bad bad) {
        assertRejected(
                bad.fault(),
                () -> bad.change().apply(ModelFolderFixture.in(folder)).open().close(),
                bad.words());
    }

    static Stream<Bad> positions() {
        return Stream.of(
                unsupported(
                        "B46 its rope type is unknown",
                        f -> f.json("rope_scaling", "{\"rope_type\": \"spiral\", \"factor\": 2}"),
                        "rope_scaling.rope_type",
                        "spiral",
                        "default"),
                unsupported(
                        "B46 its rope type grows with the text",
                        f -> f.json("rope_parameters", "{\"rope_type\": \"dynamic\", \"rope_theta\": 1e4}"),
                        "rope_parameters.rope_type",
                        "dynamic",
                        "default, linear, llama3, yarn"),
                corrupt(
                        "B46 its rope factor is zero",
                        f -> f.json("rope_scaling", "{\"type\": \"linear\", \"factor\": 0}"),
                        "rope_scaling.factor",
                        "above 0"),
                corrupt(
                        "B46 its rope type has no factor",
                        f -> f.json("rope_scaling", "{\"rope_type\": \"llama3\"}"),
                        "rope_scaling.factor is missing"),
                corrupt(
                        "B46 its waves are in the wrong order",
                        f -> f.json(
                                "rope_scaling",
                                "{\"rope_type\": \"llama3\", \"factor\": 8, \"low_freq_factor\": 4, \"high_freq_factor\": 1}"),
                        "high_freq_factor",
                        "low_freq_factor"),
                corrupt(
                        "B46 its pairs have too few factors",
                        f -> f.family("phi3", "Phi3ForCausalLM")
                                .json(
                                        "rope_scaling",
                                        "{\"type\": \"longrope\", \"short_factor\": [1], \"long_factor\": [1, 2]}"),
                        "rope_scaling.short_factor",
                        "2 rotated pairs"),
                unsupported(
                        "B46 its queries are scaled in a family that does not",
                        f -> f.json(
                                "rope_parameters",
                                "{\"rope_type\": \"yarn\", \"factor\": 2, \"llama_4_scaling_beta\": 0.1}"),
                        "llama_4_scaling_beta",
                        "llama"),
                unsupported(
                        "B46 its rope factor has no type",
                        f -> f.json("rope_scaling", "{\"factor\": 0}"),
                        "rope_scaling.factor",
                        "default"),
                corrupt("B46 its rope_scaling is a number", f -> f.set("rope_scaling", 2), "rope_scaling", "object"),
                corrupt("B46 its rope_theta is zero", f -> f.set("rope_theta", 0), "rope_theta", "above 1"),
                corrupt(
                        "B46 it names two rope_theta",
                        f -> f.json("rope_parameters", "{\"rope_theta\": 5}"),
                        "rope_theta",
                        "agree"),
                unsupported(
                        "B46 it rotates a part of the heads",
                        f -> f.set("partial_rotary_factor", 0.5),
                        "partial_rotary_factor"),
                corrupt(
                        "B47 it has 10^12 positions",
                        f -> f.set("max_position_embeddings", 1_000_000_000_000L),
                        "max_position_embeddings",
                        "1000000000000"),
                corrupt(
                        "B47 it has more positions than any model",
                        f -> f.set("max_position_embeddings", 1 << 30),
                        "max_position_embeddings",
                        "16777216"));
    }

    static Stream<Bad> tidar() {
        return Stream.of(
                corrupt(
                        "B48 the mask token is outside the vocabulary",
                        f -> f.set("mask_token_id", VOCAB),
                        "mask_token_id",
                        "16"),
                corrupt("B48 the mask token is negative", f -> f.set("mask_token_id", -1), "mask_token_id", "-1"),
                corrupt(
                        "B48 the mask token ends answers",
                        f -> f.set("eos_token_id", ModelFolderFixture.MASK),
                        "mask_token_id",
                        "eos_token_id"),
                unsupported("B48 the block size is missing", f -> f.without("block_size"), "block_size is missing"),
                corrupt("B48 the block size is 0", f -> f.set("block_size", 0), "block_size", "0"),
                corrupt("B48 the block size is 1", f -> f.set("block_size", 1), "block_size", "from 2 to 32"),
                corrupt("B48 the block size is 10^6", f -> f.set("block_size", 1_000_000), "block_size", "1000000"),
                corrupt("B48 two aliases disagree", f -> f.set("draft_len", 4), "draft_len (4)", "block_size (8)"),
                corrupt(
                        "B48 the nested block size disagrees",
                        f -> f.json("tidar_config", "{\"block_length\": 4}"),
                        "tidar_config.block_length (4)"));
    }

    static Stream<Bad> drafts() {
        return Stream.of(
                corrupt(
                        "short groups are a word",
                        f -> f.set("short_groups", "yes"),
                        "short_groups",
                        "true or false",
                        "yes"),
                corrupt("short groups are a number", f -> f.set("short_groups", 1), "short_groups", "true or false"),
                corrupt(
                        "short groups are declared and denied",
                        f -> f.set("short_groups", true).json("tidar_config", "{\"short_groups\": false}"),
                        "tidar_config.short_groups (false)",
                        "short_groups (true)"),
                corrupt("kept counts are a list", f -> f.json("kept_by_layout", "[1.5]"), "kept_by_layout", "object"),
                corrupt(
                        "kept counts of a layout are a number",
                        f -> f.json("kept_by_layout", "{\"two_pass\": 2}"),
                        "kept_by_layout.two_pass",
                        "object"),
                corrupt(
                        "a kept count is less than the anchor",
                        f -> f.json("kept_by_layout", "{\"single_pass\": {\"4\": 0.9}}"),
                        "kept_by_layout.single_pass.4",
                        "from 1 to its draft length 4",
                        "0.9"),
                corrupt(
                        "a kept count is more than the draft block has",
                        f -> f.json("kept_by_layout", "{\"short_groups\": {\"2\": 2.5}}"),
                        "kept_by_layout.short_groups.2",
                        "2.5"),
                corrupt(
                        "a kept count is a text",
                        f -> f.json("kept_by_layout", "{\"two_pass\": {\"4\": \"2\"}}"),
                        "kept_by_layout.two_pass.4",
                        "number"),
                corrupt(
                        "a draft length is a word",
                        f -> f.json("kept_by_layout", "{\"two_pass\": {\"four\": 2}}"),
                        "kept_by_layout.two_pass",
                        "draft lengths",
                        "four"));
    }

    static Stream<Bad> windows() {
        return Stream.of(
                unsupported(
                        "B50 a sliding window is shorter than the context",
                        f -> f.set("sliding_window", 32),
                        "sliding_window",
                        "32",
                        "64"),
                unsupported(
                        "B50 a sliding window is shorter than a group",
                        f -> f.family("mistral", "MistralForCausalLM").set("sliding_window", 16),
                        "sliding_window",
                        "at least 32"),
                corrupt(
                        "B50 a layer has no type",
                        f -> f.set("num_hidden_layers", 2).json("layer_types", "[\"full_attention\"]"),
                        "layer_types",
                        "2 layers"),
                corrupt(
                        "B50 a layer is not said to rotate",
                        f -> f.family("smollm3", "SmolLM3ForCausalLM")
                                .set("num_hidden_layers", 2)
                                .json("no_rope_layers", "[1]"),
                        "no_rope_layers",
                        "2 layers"),
                corrupt(
                        "B50 a multiplier is 0",
                        f -> f.family("granite", "GraniteForCausalLM").set("residual_multiplier", 0),
                        "residual_multiplier"),
                unsupported(
                        "B50 some layers are linear",
                        f -> f.json("layer_types", "[\"linear_attention\"]"),
                        "layer_types"));
    }

    static Stream<Bad> generation() {
        return Stream.of(
                corrupt(
                        "B51 a stop id is a string",
                        f -> f.generation("{\"eos_token_id\": [2, \"0\"]}"),
                        "generation_config.json",
                        "eos_token_id",
                        "\"0\""),
                corrupt("B51 the stop id is a string", f -> f.generation("{\"eos_token_id\": \"2\"}"), "eos_token_id"),
                corrupt(
                        "B51 a stop id is out of range",
                        f -> f.generation("{\"eos_token_id\": 16}"),
                        "eos_token_id",
                        "from 0 to 15",
                        "16"),
                corrupt(
                        "B51 a stop id is negative",
                        f -> f.set("eos_token_id", -1),
                        "config.json",
                        "eos_token_id",
                        "-1"),
                corrupt(
                        "B51 generation_config.json is not JSON",
                        f -> f.generation("{"),
                        "generation_config.json",
                        "line 1"),
                corrupt(
                        "B51 the temperature is negative",
                        f -> f.generation("{\"do_sample\": true, \"temperature\": -1}"),
                        "temperature",
                        "from 0 to 100"),
                corrupt("B51 the top-k is negative", f -> f.generation("{\"top_k\": -1}"), "top_k", "-1"),
                corrupt("B51 the top-p is 0", f -> f.generation("{\"top_p\": 0}"), "top_p", "above 0"),
                corrupt("B51 the top-p is above 1", f -> f.generation("{\"top_p\": 1.5}"), "top_p", "1.5"),
                corrupt("B51 the min-p is above 1", f -> f.generation("{\"min_p\": 2}"), "min_p"),
                corrupt("B51 the typical-p is 0", f -> f.generation("{\"typical_p\": 0}"), "typical_p"),
                corrupt(
                        "B51 the repetition penalty is 0",
                        f -> f.generation("{\"repetition_penalty\": 0}"),
                        "repetition_penalty"),
                corrupt(
                        "B51 the temperature is a string",
                        f -> f.generation("{\"temperature\": \"hot\"}"),
                        "temperature",
                        "hot"));
    }

    @ParameterizedTest(name = "B48 the caller {0} and it has no mask token")
    @ValueSource(strings = {"asks for a TiDAR mode", "gives a block size"})
    void withoutMaskToken(String wish) {
        var overrides = wish.startsWith("asks")
                ? new Overrides(OptionalInt.empty(), OptionalInt.empty(), OptionalInt.empty(), true)
                : new Overrides(OptionalInt.empty(), OptionalInt.of(8), OptionalInt.empty(), false);

        assertRejected(
                Fault.UNSUPPORTED,
                () -> ModelFolderFixture.in(folder).without("mask_token_id").open(overrides),
                "mask_token_id is missing");
    }

    @Test
    @DisplayName("B48 the caller's block size is not the trained one")
    void otherBlockSize() {
        assertRejected(
                Fault.SETTING,
                () -> ModelFolderFixture.in(folder).open(ModelFolderFixture.maskAndBlock(ModelFolderFixture.MASK, 16)),
                "(16)",
                "block_size (8)");
    }

    @Test
    @DisplayName("B47 the caller wants more context than the model has")
    void moreContext() {
        var overrides = new Overrides(OptionalInt.empty(), OptionalInt.empty(), OptionalInt.of(65), false);

        assertRejected(
                Fault.SETTING,
                () -> ModelFolderFixture.in(folder).open(overrides),
                "max_position_embeddings (64)",
                "65");
    }
}
