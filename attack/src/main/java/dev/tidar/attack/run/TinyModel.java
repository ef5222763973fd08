package dev.tidar.attack.run;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The engine's test model of 260 thousand parameters as a folder that has every kind of file. */
public final class TinyModel {

    /** Tokens of prompt and answer together. */
    public static final int CONTEXT = 4096;

    private static final String TEMPLATE =
            "{{ bos_token }}{% for message in messages %}{{ message.content }}\\n{% endfor %}";
    private static final int HIDDEN = 64;
    private static final int RANK = 2;

    private TinyModel() {}

    /** Makes the folder: two shards and their index, a chat template, and a draft adapter. */
    public static Path write(Path folder) throws IOException {
        Files.createDirectories(folder.resolve("draft_adapter"));
        Path origin = Checkout.stories();
        for (String file : List.of("generation_config.json", "tokenizer.json")) {
            Files.write(folder.resolve(file), Files.readAllBytes(origin.resolve(file)));
        }
        String config = Files.readString(origin.resolve("config.json"));
        Files.writeString(
                folder.resolve("config.json"),
                config.replaceAll("(\"max_position_embeddings\": *)\\d+", "$1" + CONTEXT));
        Files.writeString(folder.resolve("tokenizer_config.json"), """
                {"bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>", "chat_template": "%s"}
                """.formatted(TEMPLATE));
        writeShards(folder, Files.readAllBytes(origin.resolve("model.safetensors")));
        writeAdapter(folder.resolve("draft_adapter"));
        return folder;
    }

    private static void writeShards(Path folder, byte[] whole) throws IOException {
        int length = (int) ByteBuffer.wrap(whole).order(ByteOrder.LITTLE_ENDIAN).getLong();
        JsonNode header = new JsonMapper().readTree(new String(whole, 8, length, StandardCharsets.UTF_8));
        List<String> names = new ArrayList<>(header.propertyNames());
        names.remove("__metadata__");
        var index = new TreeMap<String, String>();
        for (int shard = 0; shard < 2; shard++) {
            String file = "model-0000%d-of-00002.safetensors".formatted(shard + 1);
            var tensors = new TreeMap<String, Tensor>();
            for (String name : names.subList(shard * names.size() / 2, (shard + 1) * names.size() / 2)) {
                JsonNode entry = header.get(name);
                int from = 8 + length + entry.get("data_offsets").get(0).intValue();
                int to = 8 + length + entry.get("data_offsets").get(1).intValue();
                tensors.put(
                        name,
                        new Tensor(
                                entry.get("dtype").stringValue(),
                                entry.get("shape").toString(),
                                java.util.Arrays.copyOfRange(whole, from, to)));
                index.put(name, file);
            }
            Files.write(folder.resolve(file), safetensors(tensors));
        }
        Files.writeString(
                folder.resolve("model.safetensors.index.json"),
                new JsonMapper()
                        .writeValueAsString(java.util.Map.of("metadata", java.util.Map.of(), "weight_map", index)));
    }

    private static void writeAdapter(Path folder) throws IOException {
        Files.writeString(
                folder.resolve("adapter_config.json"),
                "{\"peft_type\": \"LORA\", \"r\": %d, \"lora_alpha\": 4, \"target_modules\": [\"q_proj\", \"o_proj\"]}"
                        .formatted(RANK));
        var random = new Random(1);
        var tensors = new TreeMap<String, Tensor>();
        for (int layer = 0; layer < 5; layer++) {
            for (String module : List.of("q_proj", "o_proj")) {
                String name = "base_model.model.model.layers.%d.self_attn.%s.".formatted(layer, module);
                tensors.put(name + "lora_A.weight", floats("[%d,%d]".formatted(RANK, HIDDEN), random));
                tensors.put(name + "lora_B.weight", floats("[%d,%d]".formatted(HIDDEN, RANK), random));
            }
        }
        Files.write(folder.resolve("adapter_model.safetensors"), safetensors(tensors));
    }

    private record Tensor(String type, String shape, byte[] bytes) {}

    private static Tensor floats(String shape, Random random) {
        ByteBuffer bytes = ByteBuffer.allocate(RANK * HIDDEN * 4).order(ByteOrder.LITTLE_ENDIAN);
        while (bytes.hasRemaining()) {
            bytes.putFloat((float) random.nextGaussian() / HIDDEN);
        }
        return new Tensor("F32", shape, bytes.array());
    }

    private static byte[] safetensors(SortedMap<String, Tensor> tensors) {
        var header = new StringBuilder("{");
        int offset = 0;
        for (var tensor : tensors.entrySet()) {
            Tensor value = tensor.getValue();
            header.append(header.length() == 1 ? "" : ",")
                    .append("\"%s\":{\"dtype\":\"%s\",\"shape\":%s,\"data_offsets\":[%d,%d]}"
                            .formatted(tensor.getKey(), value.type, value.shape, offset, offset + value.bytes.length));
            offset += value.bytes.length;
        }
        header.append("}");
        header.append(" ".repeat((8 - header.length() % 8) % 8));
        byte[] text = header.toString().getBytes(StandardCharsets.UTF_8);
        ByteBuffer file = ByteBuffer.allocate(8 + text.length + offset).order(ByteOrder.LITTLE_ENDIAN);
        file.putLong(text.length).put(text);
        tensors.values().forEach(tensor -> file.put(tensor.bytes));
        return file.array();
    }
}
