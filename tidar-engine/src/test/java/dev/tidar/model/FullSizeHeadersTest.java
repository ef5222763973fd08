package dev.tidar.model;

import static dev.tidar.checkpoint.Rejection.assertRejected;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tidar.api.InvalidModelException.Fault;
import dev.tidar.api.WeightFormat;
import dev.tidar.backend.Backend;
import dev.tidar.backend.MemoryCount.Need;
import dev.tidar.backend.cpu.KernelChoice;
import dev.tidar.checkpoint.Checkpoint;
import dev.tidar.checkpoint.ModelConfig;
import dev.tidar.checkpoint.Overrides;
import dev.tidar.tensor.DType;
import dev.tidar.tensor.KvGeometry;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.StringJoiner;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Checkpoints of the published sizes, of which only the headers are real: the weights are a hole in the file. */
@DisplayName("A checkpoint of full size")
class FullSizeHeadersTest {

    private static final int ROWS = 1100;

    @TempDir
    Path folder;

    /** The networks, as their configs and cards describe them. */
    enum Published {
        NEMOTRON_3B(3072, 26, 32, 9216, 131072, 3_831_659_520L, 237),
        NEMOTRON_8B(4096, 34, 32, 14336, 131072, 8_489_553_920L, 309),
        NEMOTRON_14B(5120, 40, 32, 16384, 131072, 13_506_073_600L, 363),
        QWEN3_8B(4096, 36, 32, 12288, 151936, 8_190_735_360L, 399),
        QWEN3_1_7B(2048, 28, 16, 6144, 151936, 1_720_574_976L, 310),
        QWEN2_5_1_5B(1536, 28, 12, 8960, 151936, 1_543_714_304L, 338);

        private final int hidden;
        private final int layers;
        private final int heads;
        private final int intermediate;
        private final int vocab;
        private final long parameters;
        private final int tensors;

        Published(int hidden, int layers, int heads, int intermediate, int vocab, long parameters, int tensors) {
            this.hidden = hidden;
            this.layers = layers;
            this.heads = heads;
            this.intermediate = intermediate;
            this.vocab = vocab;
            this.parameters = parameters;
            this.tensors = tensors;
        }

        private boolean isNemotron() {
            return name().startsWith("NEMOTRON");
        }

        private boolean isQwen3() {
            return name().startsWith("QWEN3");
        }

        private boolean isTied() {
            return this == QWEN3_1_7B || this == QWEN2_5_1_5B;
        }

        private int kvHeads() {
            return this == QWEN2_5_1_5B ? 2 : 8;
        }

        String config() {
            String sizes = """
                    "hidden_size": %d, "num_hidden_layers": %d, "num_attention_heads": %d, "num_key_value_heads": %d,
                    "head_dim": 128, "intermediate_size": %d, "vocab_size": %d, "tie_word_embeddings": %s,
                    "hidden_act": "silu", "torch_dtype": "bfloat16",""".formatted(hidden, layers, heads, kvHeads(), intermediate, vocab, isTied());
            if (isNemotron()) {
                return "{" + sizes + """
                        "architectures": ["NemotronLabsDiffusionModel"], "model_type": "nemotron_labs_diffusion",
                        "rms_norm_eps": 1e-5, "mask_token_id": 100, "block_size": 32, "bos_token_id": 1,
                        "eos_token_id": 11, "dlm_paradigm": "bidirectional", "ar_loss_weight": 1.0,
                        "dlm_loss_weight": null, "dp_varying_mask_ratio": false, "attn_implementation": "sdpa",
                        "attention_bias": false, "mlp_bias": false, "sliding_window": null, "use_cache": false,
                        "max_position_embeddings": 262144, "rope_parameters": {"type": "yarn", "rope_type": "yarn",
                        "rope_theta": 1000000.0, "factor": 16, "original_max_position_embeddings": 16384,
                        "beta_fast": 32, "beta_slow": 1, "mscale": 1, "mscale_all_dim": 1,
                        "llama_4_scaling_beta": 0.1}}""";
            }
            String family = isQwen3() ? "Qwen3" : "Qwen2";
            return "{" + sizes + """
                    "architectures": ["%sForCausalLM"], "model_type": "%s", "rms_norm_eps": 1e-6, "rope_theta": 1000000,
                    "max_position_embeddings": 40960, "eos_token_id": 151645}""".formatted(family, family.toLowerCase(Locale.ROOT));
        }

        Map<String, long[]> tensors() {
            String body = isNemotron() ? "encoder." : "model.";
            Map<String, long[]> shapes = new LinkedHashMap<>();
            shapes.put(body + "embed_tokens.weight", new long[] {vocab, hidden});
            for (int i = 0; i < layers; i++) {
                addLayer(shapes, body + "layers." + i + ".");
            }
            shapes.put(body + "norm.weight", new long[] {hidden});
            if (!isTied()) {
                shapes.put(isNemotron() ? "diffusion_head.weight" : "lm_head.weight", new long[] {vocab, hidden});
            }
            return shapes;
        }

        private void addLayer(Map<String, long[]> shapes, String layer) {
            long queries = 128L * heads;
            long keys = 128L * kvHeads();
            shapes.put(layer + "self_attn.q_proj.weight", new long[] {queries, hidden});
            shapes.put(layer + "self_attn.k_proj.weight", new long[] {keys, hidden});
            shapes.put(layer + "self_attn.v_proj.weight", new long[] {keys, hidden});
            shapes.put(layer + "self_attn.o_proj.weight", new long[] {hidden, queries});
            shapes.put(layer + "mlp.gate_proj.weight", new long[] {intermediate, hidden});
            shapes.put(layer + "mlp.up_proj.weight", new long[] {intermediate, hidden});
            shapes.put(layer + "mlp.down_proj.weight", new long[] {hidden, intermediate});
            shapes.put(layer + "input_layernorm.weight", new long[] {hidden});
            shapes.put(layer + "post_attention_layernorm.weight", new long[] {hidden});
            if (isQwen3()) {
                shapes.put(layer + "self_attn.q_norm.weight", new long[] {128});
                shapes.put(layer + "self_attn.k_norm.weight", new long[] {128});
            } else if (!isNemotron()) {
                shapes.put(layer + "self_attn.q_proj.bias", new long[] {queries});
                shapes.put(layer + "self_attn.k_proj.bias", new long[] {keys});
                shapes.put(layer + "self_attn.v_proj.bias", new long[] {keys});
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void isReadNamedAndPlanned(Published model) {
        Map<String, long[]> tensors = model.tensors();

        Need need = plan(model, tensors, "BF16");

        assertThat(tensors).hasSize(model.tensors);
        assertThat(tensors.values().stream()
                        .mapToLong(FullSizeHeadersTest::elements)
                        .sum())
                .isEqualTo(model.parameters);
        // bfloat16 as it is, and what the device adds as it packs
        assertThat(need.weights()).isBetween(2 * model.parameters, 2 * model.parameters * 106 / 100);
    }

    /** 4 bits a weight in the file, 8 on the device; embedding and head stay what they are. */
    @Test
    void isReadNamedAndPlannedWhereItIsQuantised() {
        Map<String, Stored> tensors = new LinkedHashMap<>();
        Published.QWEN3_8B.tensors().forEach((name, shape) -> {
            if (name.contains("_proj.weight")) {
                addGptq(tensors, name.substring(0, name.length() - "weight".length()), shape[0], shape[1]);
            } else {
                tensors.put(name, new Stored("BF16", 2, shape));
            }
        });
        String config = Published.QWEN3_8B.config();
        String quantized = config.substring(0, config.length() - 1) + """
                , "quantization_config": {"quant_method": "gptq", "bits": 4, "group_size": 128, "desc_act": false,
                "sym": false, "checkpoint_format": "gptq"}}""";
        writeTensors(folder.resolve("model.safetensors"), tensors);

        Need need = plan(quantized, WeightFormat.AUTO);

        long outside = 2L * 151936 * 4096;
        long least = Published.QWEN3_8B.parameters + outside;
        assertThat(need.weights()).isBetween(least, least * 107 / 100);
    }

    private static void addGptq(Map<String, Stored> tensors, String module, long rows, long columns) {
        tensors.put(module + "qweight", new Stored("I32", 4, new long[] {columns / 8, rows}));
        tensors.put(module + "qzeros", new Stored("I32", 4, new long[] {columns / 128, rows / 8}));
        tensors.put(module + "scales", new Stored("F16", 2, new long[] {columns / 128, rows}));
    }

    @Test
    void thatLacksATensorIsRejectedByItsName() {
        Map<String, long[]> tensors = Published.NEMOTRON_8B.tensors();
        tensors.remove("encoder.layers.33.mlp.up_proj.weight");

        assertRejected(
                Fault.INCOMPLETE,
                () -> plan(Published.NEMOTRON_8B, tensors, "BF16"),
                "encoder.layers.33.mlp.up_proj.weight is missing");
    }

    @Test
    void thatHasATensorTooManyIsRejectedByItsName() {
        Map<String, long[]> tensors = Published.NEMOTRON_8B.tensors();
        tensors.put("encoder.layers.0.self_attn.q_norm.weight", new long[] {128});

        assertRejected(
                Fault.UNSUPPORTED,
                () -> plan(Published.NEMOTRON_8B, tensors, "BF16"),
                "1 tensors do not belong to a nemotron_labs_diffusion network",
                "encoder.layers.0.self_attn.q_norm.weight");
    }

    @Test
    void thatHasATensorOfAnotherShapeIsRejectedByBoth() {
        Map<String, long[]> tensors = Published.NEMOTRON_3B.tensors();
        tensors.put("encoder.layers.7.self_attn.o_proj.weight", new long[] {3072, 3072});

        assertRejected(
                Fault.CORRUPT,
                () -> plan(Published.NEMOTRON_3B, tensors, "BF16"),
                "encoder.layers.7.self_attn.o_proj.weight must have the shape [3072, 4096]",
                "has [3072, 3072]");
    }

    @Test
    void thatHasTensorsOfAnotherTypeIsRejectedByIt() {
        assertRejected(
                Fault.UNSUPPORTED,
                () -> plan(Published.QWEN3_1_7B, Published.QWEN3_1_7B.tensors(), "I16"),
                "model.embed_tokens.weight must have the type F32 or F16 or BF16, but has I16");
    }

    @Test
    void thatHasTheAdapterOfAnotherModelIsRejectedByItsTensor() throws IOException {
        Path adapter = Files.createDirectory(folder.resolve("linear_spec_lora"));
        Files.writeString(
                adapter.resolve("adapter_config.json"), "{\"peft_type\": \"LORA\", \"r\": 128, \"lora_alpha\": 512}");
        String module = "base_model.model.encoder.layers.30.self_attn.o_proj.";
        Map<String, long[]> low = new LinkedHashMap<>();
        low.put(module + "lora_A.weight", new long[] {128, 4096});
        low.put(module + "lora_B.weight", new long[] {4096, 128});
        write(adapter.resolve("adapter_model.safetensors"), low, "BF16");

        assertRejected(
                Fault.CORRUPT,
                () -> plan(Published.NEMOTRON_3B, Published.NEMOTRON_3B.tensors(), "BF16"),
                "adapter_model.safetensors",
                "layers.30.self_attn.o_proj.lora_A.weight belongs to no linear layer of this model");
    }

    private Need plan(Published model, Map<String, long[]> tensors, String type) {
        write(folder.resolve("model.safetensors"), tensors, type);
        return plan(model.config(), WeightFormat.BF16);
    }

    private Need plan(String json, WeightFormat weights) {
        try {
            Files.writeString(folder.resolve("config.json"), json);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        try (Checkpoint checkpoint = Checkpoint.open(folder, Overrides.none());
                Backend backend = Backend.onCpu(weights, 1, KernelChoice.plain())) {
            ModelConfig config = checkpoint.config();
            var kv = new KvGeometry(config.numLayers(), config.numKvHeads(), config.headDim(), 16, DType.BF16);
            return TidarModelLoader.need(checkpoint, backend, kv, ROWS);
        }
    }

    /**
     * A tensor of a file whose data is a hole.
     *
     * @param bytes of an element
     */
    private record Stored(String type, int bytes, long[] shape) {}

    private static void write(Path file, Map<String, long[]> shapes, String type) {
        Map<String, Stored> tensors = new LinkedHashMap<>();
        shapes.forEach((name, shape) -> tensors.put(name, new Stored(type, 2, shape)));
        writeTensors(file, tensors);
    }

    private static void writeTensors(Path file, Map<String, Stored> tensors) {
        StringJoiner header = new StringJoiner(",", "{", "}");
        long at = 0;
        for (Map.Entry<String, Stored> entry : tensors.entrySet()) {
            Stored tensor = entry.getValue();
            long end = at + tensor.bytes() * elements(tensor.shape());
            header.add("\"%s\":{\"dtype\":\"%s\",\"shape\":%s,\"data_offsets\":[%d,%d]}"
                    .formatted(entry.getKey(), tensor.type(), Arrays.toString(tensor.shape()), at, end));
            at = end;
        }
        byte[] json = header.toString().getBytes(UTF_8);
        try (RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw")) {
            out.write(ByteBuffer.allocate(8)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putLong(json.length)
                    .array());
            out.write(json);
            out.setLength(8 + json.length + at);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long elements(long[] shape) {
        return Arrays.stream(shape).reduce(1, Math::multiplyExact);
    }
}
