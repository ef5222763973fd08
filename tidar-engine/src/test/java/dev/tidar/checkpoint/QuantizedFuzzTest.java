package dev.tidar.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.tidar.TestGrid;
import dev.tidar.api.InvalidModelException;
import dev.tidar.checkpoint.safetensors.SafetensorsBytes;
import dev.tidar.decode.TestModel;
import dev.tidar.tensor.MatrixSource;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Mutations of {@code quantization_config}, and of the headers and the data of quantised tensors. */
@DisplayName("A damaged quantised folder")
class QuantizedFuzzTest {

    private static final JsonMapper JSON = JsonMapper.shared();

    private static final List<String> VALUES = List.of(
            "null",
            "-1",
            "0",
            "1",
            "3",
            "4",
            "8",
            "16",
            "128",
            "2147483648",
            "1e30",
            "true",
            "false",
            "\"\"",
            "\"gptq\"",
            "\"gptq_v2\"",
            "\"group\"",
            "\"tensor\"",
            "\"block\"",
            "\"channel\"",
            "\"float\"",
            "\"int-quantized\"",
            "\"pack-quantized\"",
            "\"float-quantized\"",
            "\"compressed-tensors\"",
            "\"fp8\"",
            "\"awq\"",
            "[]",
            "{}",
            "[16, 0]",
            "[1, 1048576]",
            "[1, 2, 3]",
            "{\"a\": {\"weights\": {}}}");

    private static final List<String> TYPES =
            List.of("I32", "I64", "I8", "U8", "F32", "F16", "BF16", "F8_E4M3", "F8_E5M2", "F8_E8M0", "F4");

    /** The matrices of a block of qwen3, rows and columns. */
    private static final Map<String, int[]> MATRICES = Map.of(
            "self_attn.q_proj", new int[] {32, 24},
            "self_attn.k_proj", new int[] {16, 24},
            "self_attn.o_proj", new int[] {24, 32},
            "mlp.gate_proj", new int[] {32, 24},
            "mlp.down_proj", new int[] {24, 32});

    @TempDir
    Path folder;

    @ParameterizedTest(name = "either opens or is rejected with the one exception type ({0})")
    @ValueSource(
            strings = {
                "packed-int4-zeros-by-activation",
                "int8-groups-zeros",
                "fp8-tensor-static",
                "fp8-block",
                "gptq-by-activation",
                "awq"
            })
    void opensOrIsRejected(String name) {
        int mutations = TestGrid.size(100, 500, 5000);
        int rejected = assertTimeoutPreemptively(
                Duration.ofMinutes(2), () -> mutate(name, mutations, new SplittableRandom(name.length())));

        assertThat(rejected)
                .as("mutations that were noticed, of %d", mutations)
                .isBetween(mutations / 4, mutations - 1);
    }

    private int mutate(String name, int mutations, SplittableRandom random) throws IOException {
        Path source = TestModel.folder("golden/quantized/qwen3-" + name);
        byte[] config = Files.readAllBytes(source.resolve("config.json"));
        byte[] weights = Files.readAllBytes(source.resolve("model.safetensors"));
        int rejected = 0;
        for (int i = 0; i < mutations; i++) {
            boolean inConfig = random.nextInt(3) > 0;
            Files.write(folder.resolve("config.json"), inConfig ? changed(config, random) : config);
            Files.write(folder.resolve("model.safetensors"), inConfig ? weights : damaged(weights, random));
            try {
                openAndRead();
            } catch (InvalidModelException e) {
                rejected++;
                assertThat(e.getMessage()).matches("\\P{Cntrl}*").hasSizeLessThan(2000);
            } catch (RuntimeException e) {
                fail("mutation %d of %s".formatted(i, name), e);
            }
        }
        return rejected;
    }

    private void openAndRead() {
        try (Checkpoint checkpoint = Checkpoint.open(folder, Overrides.none())) {
            checkpoint.quantization();
            checkpoint.parameters();
            checkpoint.weightBytes();
            MATRICES.forEach((module, size) -> {
                MatrixSource matrix = checkpoint.matrix("model.layers.1." + module + ".weight", size[0], size[1]);
                float[] row = new float[size[1]];
                for (int r = 0; r < size[0]; r++) {
                    matrix.readRow(r, row);
                }
            });
            checkpoint.unusedNames();
        }
    }

    /** One value of quantization_config replaced, or one field removed. */
    private static byte[] changed(byte[] config, SplittableRandom random) {
        ObjectNode root = (ObjectNode) JSON.readTree(config);
        List<ObjectNode> objects = new ArrayList<>();
        collect(root.get("quantization_config"), objects);
        ObjectNode chosen = objects.get(random.nextInt(objects.size()));
        List<String> names = List.copyOf(chosen.propertyNames());
        if (!names.isEmpty()) {
            String name = names.get(random.nextInt(names.size()));
            if (random.nextInt(8) == 0) {
                chosen.remove(name);
            } else {
                chosen.set(name, JSON.readTree(VALUES.get(random.nextInt(VALUES.size()))));
            }
        }
        return JSON.writeValueAsBytes(root);
    }

    private static void collect(JsonNode node, List<ObjectNode> objects) {
        if (node instanceof ObjectNode object) {
            objects.add(object);
        }
        node.values().forEach(child -> collect(child, objects));
    }

    /** Another type or another figure in the header, other bytes in the data, or none. */
    private static byte[] damaged(byte[] good, SplittableRandom random) {
        if (random.nextInt(4) == 0) {
            return emptied(good, random);
        }
        byte[] bytes = good.clone();
        int header = 8 + headerLength(good);
        if (random.nextInt(3) == 0) {
            for (int i = 0; i < 64; i++) {
                bytes[random.nextInt(header, bytes.length)] = (byte) random.nextInt(256);
            }
            return bytes;
        }
        String text = new String(good, 0, header, StandardCharsets.ISO_8859_1);
        int at = text.indexOf(random.nextBoolean() ? "\"dtype\":\"" : "\"shape\":[", random.nextInt(header - 200));
        if (at < 0) {
            return bytes;
        }
        int value = at + 9;
        if (text.startsWith("\"shape", at)) {
            bytes[value] = (byte) ('0' + random.nextInt(10));
            return bytes;
        }
        String type = TYPES.get(random.nextInt(TYPES.size()));
        int end = text.indexOf('"', value);
        if (type.length() == end - value) {
            System.arraycopy(type.getBytes(StandardCharsets.ISO_8859_1), 0, bytes, value, type.length());
        }
        return bytes;
    }

    private static int headerLength(byte[] file) {
        return (int) ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).getLong();
    }

    /** A tensor of a matrix that is read, without data, because one of its dimensions, or one more, is 0. */
    private static byte[] emptied(byte[] good, SplittableRandom random) {
        int length = headerLength(good);
        ObjectNode header = (ObjectNode) JSON.readTree(new String(good, 8, length, StandardCharsets.UTF_8));
        List<String> names = header.propertyNames().stream()
                .filter(name -> name.startsWith("model.layers.1.") && name.contains("_proj."))
                .filter(name -> !header.get(name).get("shape").isEmpty())
                .toList();
        JsonNode chosen = header.get(names.get(random.nextInt(names.size())));
        int begin = chosen.get("data_offsets").get(0).intValue();
        int end = chosen.get("data_offsets").get(1).intValue();
        ArrayNode shape = (ArrayNode) chosen.get("shape");
        if (random.nextBoolean()) {
            shape.set(random.nextInt(shape.size()), JSON.readTree("0"));
        } else {
            shape.add(0);
        }
        for (String name : header.propertyNames()) {
            if (header.get(name).get("data_offsets") instanceof ArrayNode offsets) {
                for (int i = 0; i < 2; i++) {
                    int at = offsets.get(i).intValue();
                    offsets.set(i, JSON.readTree(Integer.toString(at < end ? at : at - (end - begin))));
                }
            }
        }
        byte[] data = Arrays.copyOfRange(good, 8 + length + end - begin, good.length);
        System.arraycopy(good, 8 + length, data, 0, begin);
        return SafetensorsBytes.file(JSON.writeValueAsString(header), data);
    }
}
