package dev.tidar.text.tokenizer;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.stream.LongStream;
import tools.jackson.databind.node.ObjectNode;

/**
 * The Hugging Face library, which ours is held against. It is native code and ends the JVM on hostile files, so no test
 * gives it one.
 */
public final class Oracle {

    private static final Map<String, String> OPTIONS =
            Map.of("addSpecialTokens", "false", "truncation", "false", "padding", "false");

    static {
        System.setProperty("RUST_FLAVOR", "cpu"); // with CUDA, DJL downloads another build of the library
        System.setProperty("OPT_OUT_TRACKING", "true");
    }

    private Oracle() {}

    /** Opens a tokenizer.json, with its special tokens and without truncation or padding. */
    public static HuggingFaceTokenizer open(String json) {
        try {
            return HuggingFaceTokenizer.newInstance(
                    new ByteArrayInputStream(json.getBytes(StandardCharsets.UTF_8)), OPTIONS);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Opens a tokenizer whose ids are the bytes of what a normalizer and a pre-tokenizer make of a text. */
    public static HuggingFaceTokenizer bytes(String normalizer, String preTokenizer) {
        return open(bytesJson(normalizer, preTokenizer).toString());
    }

    /** A tokenizer.json whose ids are the bytes of what a normalizer and a pre-tokenizer make of a text. */
    public static ObjectNode bytesJson(String normalizer, String preTokenizer) {
        ObjectNode json = Fixtures.JSON.createObjectNode().put("version", "1.0");
        json.putArray("added_tokens");
        json.set("normalizer", Fixtures.JSON.readTree(normalizer));
        json.set("pre_tokenizer", Fixtures.JSON.readTree(preTokenizer));
        json.putNull("post_processor");
        json.set("decoder", Fixtures.JSON.readTree("""
                {"type": "Sequence", "decoders": [{"type": "ByteFallback"}, {"type": "Fuse"}]}"""));
        ObjectNode model = json.putObject("model").put("type", "BPE").put("byte_fallback", true);
        model.putNull("dropout").putNull("unk_token").put("fuse_unk", false);
        model.putNull("continuing_subword_prefix").putNull("end_of_word_suffix");
        ObjectNode vocabulary = model.putObject("vocab");
        for (int octet = 0; octet < 256; octet++) {
            vocabulary.put("<0x%02X>".formatted(octet), octet);
        }
        model.putArray("merges");
        return json;
    }

    /** Returns the text whose bytes the ids of a text are. */
    public static String text(HuggingFaceTokenizer bytes, String text) {
        long[] ids = bytes.encode(text, false, false).getIds();
        byte[] utf8 = new byte[ids.length];
        for (int i = 0; i < ids.length; i++) {
            utf8[i] = (byte) ids[i];
        }
        return new String(utf8, StandardCharsets.UTF_8);
    }

    public static int[] ids(HuggingFaceTokenizer oracle, String text) {
        return LongStream.of(oracle.encode(text, false, false).getIds())
                .mapToInt(id -> (int) id)
                .toArray();
    }
}
