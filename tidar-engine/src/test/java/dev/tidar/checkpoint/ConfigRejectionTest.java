package dev.tidar.checkpoint;

import static dev.tidar.checkpoint.Bad.corrupt;
import static dev.tidar.checkpoint.Bad.unsupported;
import static dev.tidar.checkpoint.ModelFolderFixture.HIDDEN;
import static dev.tidar.checkpoint.ModelFolderFixture.VOCAB;
import static dev.tidar.checkpoint.Rejection.assertRejected;

import dev.tidar.api.InvalidModelException.Fault;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("A config.json is rejected")
class ConfigRejectionTest {

    @TempDir
    Path folder;

    @ParameterizedTest(name = "{0}")
    @MethodSource({"documents", "networks", "attention", "sizes", "tensors"})
    void because(Bad bad) {
        assertRejected(
                bad.fault(),
                () -> bad.change().apply(ModelFolderFixture.in(folder)).open().close(),
                bad.words());
    }

    static Stream<Bad> documents() {
        return Stream.of(
                corrupt("B38 it is empty", f -> f.configText(""), "config.json", "empty"),
                corrupt("B38 it is not JSON", f -> f.configText("{\n  oops"), "line 2", "column"),
                corrupt("B38 it has a byte-order mark", f -> f.configText("\ufeff{}"), "byte-order mark"),
                corrupt("B38 it is an array", f -> f.configText("[]"), "object", "ARRAY"),
                corrupt("B38 it names a key twice", f -> f.configText("{\"a\": 1, \"a\": 2}"), "Duplicate", "line 1"),
                corrupt("B38 more follows it", f -> f.configText("{} {}"), "not valid JSON"),
                corrupt("B38 it is nested 100,000 deep", f -> f.configText("{\"a\":" + "[".repeat(100_000)), "depth"),
                corrupt(
                        "B38 it is larger than 1 MiB",
                        f -> f.configText("{}" + " ".repeat(1 << 20)),
                        "at most 1048576 bytes"),
                new Bad("B38 it is a web page", f -> f.configText("<!DOCTYPE html>"), Fault.NOT_A_CHECKPOINT, "HTML"));
    }

    static Stream<Bad> networks() {
        return Stream.of(
                unsupported(
                        "B39 its model_type is unknown",
                        f -> f.set("model_type", "mamba"),
                        "mamba",
                        "llama, qwen2, qwen3"),
                corrupt(
                        "B39 it is a Nemotron that does not say how it rotates",
                        f -> f.family("nemotron_labs_diffusion", "NemotronLabsDiffusionModel"),
                        "rope_parameters is missing"),
                unsupported(
                        "B39 it is a mixture of experts by name",
                        f -> f.family("zaya", "ZayaForCausalLM"),
                        "zaya is a mixture of experts"),
                unsupported(
                        "B39 it counts its experts",
                        f -> f.set("num_local_experts", 8),
                        "llama with num_local_experts 8 is a mixture of experts"),
                unsupported(
                        "B39 its architecture is not its model_type's",
                        f -> f.family("qwen3", "Qwen3ForSequenceClassification"),
                        "Qwen3ForCausalLM",
                        "Qwen3ForSequenceClassification"),
                corrupt("B39 it has no model_type", f -> f.without("model_type"), "model_type is missing"),
                unsupported(
                        "B39 its activation is not silu",
                        f -> f.set("hidden_act", "gelu"),
                        "hidden_act",
                        "gelu",
                        "silu"));
    }

    static Stream<Bad> attention() {
        return Stream.of(
                corrupt(
                        "B40 hidden_size is no multiple of the heads",
                        f -> f.without("head_dim").set("num_attention_heads", 3),
                        "hidden_size (8)",
                        "num_attention_heads (3)"),
                corrupt("B40 head_dim is odd", f -> f.set("head_dim", 3), "head_dim", "even", "3"),
                corrupt(
                        "B40 the heads are absurdly wide",
                        f -> f.set("head_dim", 1 << 20),
                        "num_attention_heads",
                        "head_dim"),
                corrupt(
                        "B41 heads are no multiple of KV heads",
                        f -> f.set("num_attention_heads", 3).set("num_key_value_heads", 2),
                        "num_attention_heads (3)",
                        "num_key_value_heads (2)"),
                corrupt(
                        "B41 a Qwen leaves its KV heads open",
                        f -> f.family("qwen3", "Qwen3ForCausalLM").without("num_key_value_heads"),
                        "num_key_value_heads is missing"));
    }

    static Stream<Bad> sizes() {
        return Stream.of(
                        "hidden_size",
                        "intermediate_size",
                        "num_hidden_layers",
                        "num_attention_heads",
                        "num_key_value_heads",
                        "head_dim",
                        "vocab_size",
                        "max_position_embeddings")
                .flatMap(key -> Stream.concat(
                        Stream.of("0", "-1", "\"8\"", "2147483648", "1.5", "[8]")
                                .map(value ->
                                        corrupt("B42 " + key + " is " + value, f -> f.json(key, value), key, value)),
                        Stream.of(corrupt(
                                "B42 " + key + " is NaN",
                                f -> f.configText("{\"" + key + "\": NaN}"),
                                "not valid JSON"))));
    }

    static Stream<Bad> tensors() {
        return Stream.of(
                corrupt(
                        "B43 vocab_size is not the rows of the embedding",
                        f -> f.set("vocab_size", 20),
                        "vocab_size",
                        "20",
                        "those are 16"),
                new Bad(
                        "B44 the head is neither tied nor there",
                        f -> f.set("tie_word_embeddings", false),
                        Fault.INCOMPLETE,
                        "lm_head.weight",
                        "tie_word_embeddings"),
                new Bad(
                        "B44 the head is not there and nothing is said",
                        f -> f.without("tie_word_embeddings"),
                        Fault.INCOMPLETE,
                        "lm_head.weight",
                        "missing"),
                corrupt(
                        "B44 the head is tied and another one is there",
                        f -> f.tensors(t -> t.filled("lm_head.weight", 0.75f, VOCAB, HIDDEN)),
                        "tie_word_embeddings",
                        "differs"));
    }

    @Test
    @DisplayName("B38 it is missing")
    void itIsMissing() throws IOException {
        Files.delete(ModelFolderFixture.in(folder).write().resolve("config.json"));

        assertRejected(Fault.INCOMPLETE, () -> Checkpoint.open(folder, Overrides.none()), "config.json is missing");
    }

    @Test
    @DisplayName("B45 it asks for a layer that the weights lack: the first missing tensor is named")
    void layers() {
        try (Checkpoint checkpoint =
                ModelFolderFixture.in(folder).set("num_hidden_layers", 2).open()) {
            assertRejected(
                    Fault.INCOMPLETE,
                    () -> checkpoint.vector("model.layers.1.input_layernorm.weight", HIDDEN),
                    "model.layers.1.input_layernorm.weight",
                    "missing");
        }
    }

    @Test
    @DisplayName("B40 its heads are not those of the weights: tensor, both shapes and file are named")
    void shapes() {
        try (Checkpoint checkpoint =
                ModelFolderFixture.in(folder).set("head_dim", 8).open()) {
            int rows = checkpoint.config().heads().queryColumns();
            assertRejected(
                    Fault.CORRUPT,
                    () -> checkpoint.matrix("model.layers.0.self_attn.q_proj.weight", rows, HIDDEN),
                    "model.layers.0.self_attn.q_proj.weight",
                    "[16, 8]",
                    "[8, 8]",
                    "model.safetensors");
        }
    }
}
