package dev.tidar.decode;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** A copy of a model without its last layers: a smaller model with the same tokens, which often agrees with it. */
public final class FewerLayers {

    private static final Pattern LAYER = Pattern.compile("model\\.layers\\.(\\d+)\\..*");

    private static final String EMBEDDING = "model.embed_tokens.weight";

    private FewerLayers() {}

    /** Writes the first layers of a float32 model with one file of weights. */
    public static Path of(Path model, int layers, Path folder) throws IOException {
        Files.createDirectories(folder);
        for (String name : List.of("generation_config.json", "tokenizer.json", "tokenizer_config.json")) {
            Files.copy(model.resolve(name), folder.resolve(name));
        }
        String config = Files.readString(model.resolve("config.json"));
        Files.writeString(
                folder.resolve("config.json"),
                config.replaceAll("\"num_hidden_layers\": \\d+", "\"num_hidden_layers\": " + layers));
        Files.write(
                folder.resolve("model.safetensors"),
                rewritten(
                        ByteBuffer.wrap(Files.readAllBytes(model.resolve("model.safetensors"))),
                        layers,
                        Integer.MAX_VALUE));
        return folder;
    }

    /** Leaves a model with tied embeddings the first rows of them alone, with the tokenizer as it was. */
    public static void cutVocabulary(Path folder, int rows) throws IOException {
        Path config = folder.resolve("config.json");
        Files.writeString(
                config, Files.readString(config).replaceAll("\"vocab_size\": \\d+", "\"vocab_size\": " + rows));
        Path weights = folder.resolve("model.safetensors");
        Files.write(weights, rewritten(ByteBuffer.wrap(Files.readAllBytes(weights)), Integer.MAX_VALUE, rows));
    }

    private static byte[] rewritten(ByteBuffer all, int layers, int vocabulary) throws IOException {
        int header = (int) all.order(ByteOrder.LITTLE_ENDIAN).getLong();
        ObjectMapper json = new ObjectMapper();
        ObjectNode kept = json.createObjectNode();
        ByteArrayOutputStream values = new ByteArrayOutputStream();
        ((ObjectNode) json.readTree(new String(all.array(), 8, header, StandardCharsets.UTF_8)))
                .properties()
                .forEach(tensor -> {
                    Matcher layer = LAYER.matcher(tensor.getKey());
                    if (tensor.getKey().startsWith("__")
                            || layer.matches() && Integer.parseInt(layer.group(1)) >= layers) {
                        return;
                    }
                    int from = tensor.getValue().get("data_offsets").get(0).asInt();
                    int to = tensor.getValue().get("data_offsets").get(1).asInt();
                    ObjectNode moved = (ObjectNode) tensor.getValue().deepCopy();
                    int rows = moved.get("shape").get(0).asInt();
                    if (tensor.getKey().equals(EMBEDDING) && vocabulary < rows) {
                        to = from + (to - from) / rows * vocabulary;
                        ((ArrayNode) moved.get("shape")).set(0, vocabulary);
                    }
                    moved.putArray("data_offsets").add(values.size()).add(values.size() + to - from);
                    kept.set(tensor.getKey(), moved);
                    values.write(all.array(), 8 + header + from, to - from);
                });
        byte[] names = json.writeValueAsBytes(kept);
        int padded = (names.length + 7) / 8 * 8;
        ByteBuffer file = ByteBuffer.allocate(8 + padded + values.size()).order(ByteOrder.LITTLE_ENDIAN);
        file.putLong(padded).put(names);
        while (file.position() < 8 + padded) {
            file.put((byte) ' ');
        }
        return file.put(values.toByteArray()).array();
    }
}
