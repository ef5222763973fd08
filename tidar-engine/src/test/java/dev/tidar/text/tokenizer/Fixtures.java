package dev.tidar.text.tokenizer;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** The tokenizers that tests run on, and the plain Hugging Face tokenizer to hold ours against. */
public final class Fixtures {

    public static final JsonMapper JSON = JsonMapper.builder().build();

    /**
     * Folders of tokenizers: byte-level, byte-level with NFC and control tokens that are not special,
     * sentencepiece-like.
     */
    public static final List<String> TOKENIZERS = List.of("smollm2-tokenizer", "qwen3-tokenizer", "stories260k-tidar");

    private Fixtures() {}

    public static Path resource(String name) {
        try {
            return Path.of(Fixtures.class.getResource("/" + name).toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    public static Path folder(String tokenizer) {
        return resource("models/" + tokenizer);
    }

    public static Tokenizer load(String tokenizer) {
        return Tokenizer.load(folder(tokenizer)).orElseThrow();
    }

    public static JsonNode json(Path file) {
        return JSON.readTree(file);
    }

    public static ObjectNode tokenizerJson(String tokenizer) {
        return (ObjectNode) json(folder(tokenizer).resolve("tokenizer.json"));
    }

    /** The whole tokenizer, control tokens and all, as transformers would use it. */
    public static HuggingFaceTokenizer plain(String tokenizer) {
        return Oracle.open(tokenizerJson(tokenizer).toString());
    }

    public static int[] encode(HuggingFaceTokenizer plain, String text) {
        return Oracle.ids(plain, text);
    }

    public static String decode(HuggingFaceTokenizer plain, int[] ids, boolean skipsSpecial) {
        return plain.decode(Arrays.stream(ids).asLongStream().toArray(), skipsSpecial);
    }

    public static int[] ints(JsonNode array) {
        return IntStream.range(0, array.size()).map(i -> array.get(i).asInt()).toArray();
    }

    /** Ids of all added tokens of a tokenizer. */
    public static List<Integer> controlIds(String tokenizer) {
        return tokenizerJson(tokenizer)
                .path("added_tokens")
                .valueStream()
                .map(token -> token.path("id").asInt())
                .toList();
    }
}
