package dev.tidar.test;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * A model folder for the time of loading: one layer of zeros, which nobody computes, a token for each byte, and a chat
 * template that strings the messages together.
 */
final class ScriptedModelFolder {

    /** The token that ends an answer; those below it are bytes. */
    static final int END = 256;

    private static final int VOCABULARY = END + 2; // the mask token comes last
    private static final int HIDDEN = 16;
    private static final int HEAD_DIM = 8;

    private static final List<String> FILES = List.of("config.json", "tokenizer.json", "tokenizer_config.json");

    private static final String LAYER = "model.layers.0.";

    private static final Map<String, List<Integer>> TENSORS = new TreeMap<>(Map.ofEntries(
            Map.entry("model.embed_tokens.weight", List.of(VOCABULARY, HIDDEN)),
            Map.entry("model.norm.weight", List.of(HIDDEN)),
            Map.entry(LAYER + "input_layernorm.weight", List.of(HIDDEN)),
            Map.entry(LAYER + "post_attention_layernorm.weight", List.of(HIDDEN)),
            Map.entry(LAYER + "self_attn.q_proj.weight", List.of(2 * HEAD_DIM, HIDDEN)),
            Map.entry(LAYER + "self_attn.k_proj.weight", List.of(HEAD_DIM, HIDDEN)),
            Map.entry(LAYER + "self_attn.v_proj.weight", List.of(HEAD_DIM, HIDDEN)),
            Map.entry(LAYER + "self_attn.o_proj.weight", List.of(HIDDEN, 2 * HEAD_DIM)),
            Map.entry(LAYER + "mlp.gate_proj.weight", List.of(HIDDEN, HIDDEN)),
            Map.entry(LAYER + "mlp.up_proj.weight", List.of(HIDDEN, HIDDEN)),
            Map.entry(LAYER + "mlp.down_proj.weight", List.of(HIDDEN, HIDDEN))));

    private final Path folder;

    private ScriptedModelFolder(Path folder) {
        this.folder = folder;
    }

    /** Writes it below the temporary directory. */
    static ScriptedModelFolder write(String name) {
        try {
            Path folder = Files.createDirectory(
                    Files.createTempDirectory("tidar-test").resolve(name));
            for (String file : FILES) {
                try (InputStream content = ScriptedModelFolder.class.getResourceAsStream("model/" + file)) {
                    Files.copy(Objects.requireNonNull(content, file), folder.resolve(file));
                }
            }
            Files.write(folder.resolve("model.safetensors"), zeros());
            return new ScriptedModelFolder(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Path path() {
        return folder;
    }

    /** Removes it; an engine that is loaded does not need it any more. */
    void delete() {
        try {
            for (String file : FILES) {
                Files.deleteIfExists(folder.resolve(file));
            }
            Files.deleteIfExists(folder.resolve("model.safetensors"));
            Files.deleteIfExists(folder);
            Files.deleteIfExists(Objects.requireNonNull(folder.getParent()));
        } catch (IOException e) {
            folder.toFile().deleteOnExit(); // a file that somebody still reads, on Windows
        }
    }

    private static byte[] zeros() {
        List<String> entries = new ArrayList<>();
        int end = 0;
        for (Map.Entry<String, List<Integer>> tensor : TENSORS.entrySet()) {
            int begin = end;
            end += Float.BYTES * tensor.getValue().stream().reduce(1, Math::multiplyExact);
            entries.add("\"%s\":{\"dtype\":\"F32\",\"shape\":%s,\"data_offsets\":[%d,%d]}"
                    .formatted(tensor.getKey(), tensor.getValue(), begin, end));
        }
        String header = "{" + String.join(",", entries) + "}";
        String padded = header + " ".repeat((8 - header.length() % 8) % 8);
        return ByteBuffer.allocate(Long.BYTES + padded.length() + end)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(padded.length())
                .put(padded.getBytes(StandardCharsets.US_ASCII))
                .array();
    }
}
