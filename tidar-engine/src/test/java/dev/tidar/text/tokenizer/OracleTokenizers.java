package dev.tidar.text.tokenizer;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The tokenizers that are held against the Hugging Face library: those of the tests; variants of them that have the
 * parts of other families; and folders named by {@code -Dtidar.test.tokenizers}, with real ones that are too large to
 * be committed.
 */
final class OracleTokenizers {

    private static final String DIGITS = "\\p{N}{1,3}";
    private static final String SIGNS = "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
    private static final String HIGH = "[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]";
    private static final String LOW = "[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]";
    private static final String OPENING = "[^\\r\\n\\p{L}\\p{N}]?";
    private static final String ENDINGS = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";

    private OracleTokenizers() {}

    /** Returns tokenizer.json texts by name. */
    static Map<String, String> all() {
        Map<String, String> all = new TreeMap<>();
        Fixtures.TOKENIZERS.forEach(
                name -> all.put(name, Fixtures.tokenizerJson(name).toString()));
        for (Map.Entry<String, String> expression : expressions().entrySet()) {
            ObjectNode json = Fixtures.tokenizerJson("smollm2-tokenizer");
            json.set("pre_tokenizer", split(expression.getValue()));
            ((ObjectNode) json.path("model"))
                    .put("ignore_merges", expression.getKey().equals("llama3"));
            all.put("smollm2 as " + expression.getKey(), json.toString());
        }
        for (String form : List.of("NFC", "NFD", "NFKC", "NFKD")) {
            all.put(
                    "bytes of " + form,
                    Oracle.bytesJson("{\"type\": \"" + form + "\"}", "null").toString());
        }
        all.putAll(sentencePieces());
        named().forEach(folder -> all.put(folder.getFileName().toString(), read(folder.resolve("tokenizer.json"))));
        return all;
    }

    private static Map<String, String> expressions() {
        return Map.of(
                "gpt2", "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+",
                "llama3", ENDINGS + "|" + OPENING + "\\p{L}+|" + DIGITS + SIGNS.replace("/", ""),
                "o200k",
                        OPENING + HIGH + "*" + LOW + "+" + ENDINGS + "?|" + OPENING + HIGH + "+" + LOW + "*" + ENDINGS
                                + "?|" + DIGITS + SIGNS,
                "tekken", OPENING + HIGH + "*" + LOW + "+|" + OPENING + HIGH + "+" + LOW + "*|\\p{N}" + SIGNS);
    }

    /** Returns the split expressions that are known. */
    static List<String> splitExpressions() {
        String eastAsian = "[\u4e00-\u9fa5\u3040-\u309f\u30a0-\u30ff]+";
        String deepSeek =
                "[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+|[^\r\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+"
                        + "| ?[\\p{P}\\p{S}]+[\r\n]*|\\s*[\r\n]+|\\s+(?!\\S)|\\s+";
        String qwen = ENDINGS + "|" + OPENING + "\\p{L}+|\\p{N}" + SIGNS.replace("/", "");
        return Stream.concat(
                        expressions().values().stream(), Stream.of(qwen, "\\p{N}", "\\p{N}{1,3}", eastAsian, deepSeek))
                .toList();
    }

    private static JsonNode split(String expression) {
        ObjectNode sequence = Fixtures.JSON.createObjectNode().put("type", "Sequence");
        ArrayNode steps = sequence.putArray("pretokenizers");
        ObjectNode split = steps.addObject()
                .put("type", "Split")
                .put("behavior", "Isolated")
                .put("invert", false);
        split.putObject("pattern").put("Regex", expression);
        steps.addObject()
                .put("type", "ByteLevel")
                .put("add_prefix_space", false)
                .put("trim_offsets", true)
                .put("use_regex", false);
        return sequence;
    }

    /** The tokenizer of the stories with other pre-tokenizers, and with unknown characters instead of bytes. */
    private static Map<String, String> sentencePieces() {
        Map<String, String> all = new TreeMap<>();
        for (String scheme : List.of("always", "first", "never")) {
            ObjectNode json = Fixtures.tokenizerJson("stories260k-tidar");
            json.putNull("normalizer");
            json.putObject("pre_tokenizer")
                    .put("type", "Metaspace")
                    .put("replacement", "\u2581")
                    .put("prepend_scheme", scheme)
                    .put("split", !scheme.equals("first"));
            all.put("stories with metaspace " + scheme, json.toString());
        }
        for (String behavior : List.of("Removed", "Isolated", "MergedWithPrevious", "MergedWithNext", "Contiguous")) {
            ObjectNode json = Fixtures.tokenizerJson("stories260k-tidar");
            json.putNull("normalizer");
            ObjectNode split = json.putObject("pre_tokenizer")
                    .put("type", "Split")
                    .put("behavior", behavior)
                    .put("invert", behavior.equals("Contiguous"));
            split.putObject("pattern").put("String", " ");
            all.put("stories split " + behavior, json.toString());
        }
        for (boolean fuses : List.of(true, false)) {
            ObjectNode json = Fixtures.tokenizerJson("stories260k-tidar");
            ((ObjectNode) json.path("model")).put("byte_fallback", false).put("fuse_unk", fuses);
            all.put("stories without bytes, unknown ones fused: " + fuses, json.toString());
        }
        ObjectNode json = Fixtures.tokenizerJson("smollm2-tokenizer");
        json.set("pre_tokenizer", Fixtures.JSON.readTree("""
                {"type": "Sequence", "pretokenizers": [{"type": "Digits", "individual_digits": false},
                 {"type": "ByteLevel", "add_prefix_space": true, "trim_offsets": true, "use_regex": true}]}"""));
        all.put("smollm2 with leading spaces and runs of digits", json.toString());
        return all;
    }

    private static List<Path> named() {
        List<Path> folders = new ArrayList<>();
        for (String name : System.getProperty("tidar.test.tokenizers", "").split(",", -1)) {
            if (!name.isEmpty()) {
                try (Stream<Path> within = Files.list(Path.of(name))) {
                    within.filter(folder -> Files.exists(folder.resolve("tokenizer.json")))
                            .forEach(folders::add);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        }
        return folders;
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
