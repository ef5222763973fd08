package dev.tidar.text.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidar.api.InvalidModelException;
import dev.tidar.api.InvalidModelException.Fault;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

@DisplayName("A part of a tokenizer.json is rejected by its name")
class UnsupportedPartTest {

    @TempDir
    private Path folder;

    @Test
    void whereANormalizerIsOfAnotherKind() throws IOException {
        for (String type : List.of("Precompiled", "Lowercase", "BertNormalizer", "Nmt", "Strip", "StripAccents", "")) {
            rejects(
                    json -> json.putObject("normalizer").put("type", type),
                    Fault.UNSUPPORTED,
                    "normalizer must be NFC, NFD, NFKC, NFKD, Prepend, Replace or a Sequence of them, but is \""
                            + type);
        }
    }

    @Test
    void whereReplacementsMultiplyText() throws IOException {
        rejects(
                json -> replacements(json.putObject("normalizer"), "normalizers", 5),
                Fault.UNSUPPORTED,
                "normalizer.normalizers[4] must leave the text at most 16 times as long, but does not");
        rejects(
                json -> json.putObject("normalizer").put("type", "Prepend").put("prepend", "x".repeat(17)),
                Fault.UNSUPPORTED,
                "normalizer must leave the text at most 16 times as long");
        rejects(
                json -> replacements(json.putObject("decoder"), "decoders", 5),
                Fault.UNSUPPORTED,
                "decoder.decoders[4] must leave the text at most 16 times as long");
    }

    private static void replacements(ObjectNode part, String list, int count) {
        ArrayNode steps = part.put("type", "Sequence").putArray(list);
        for (int i = 0; i < count; i++) {
            ObjectNode step = steps.addObject().put("type", "Replace").put("content", "aa");
            step.putObject("pattern").put("String", "a");
        }
        steps.addObject().put("type", "Fuse");
    }

    @Test
    void whereAReplacementHasAnExpressionOrNothingToReplace() throws IOException {
        rejects(
                json -> json.putObject("normalizer")
                        .put("type", "Replace")
                        .put("content", "")
                        .putObject("pattern")
                        .put("Regex", "(a+)+$"),
                Fault.UNSUPPORTED,
                "normalizer.pattern must be a String, but is {\"Regex\":");
        rejects(
                json -> json.putObject("normalizer")
                        .put("type", "Replace")
                        .put("content", "x")
                        .putObject("pattern")
                        .put("String", ""),
                Fault.CORRUPT,
                "normalizer must replace something, but replaces an empty text");
    }

    @Test
    void whereSequencesNestOrGoOn() throws IOException {
        rejects(
                json -> json.putObject("pre_tokenizer")
                        .put("type", "Sequence")
                        .putArray("pretokenizers")
                        .addObject()
                        .put("type", "Sequence")
                        .putArray("pretokenizers"),
                Fault.UNSUPPORTED,
                "pre_tokenizer.pretokenizers[0] must not be a Sequence within another, but is one");
        rejects(
                json -> {
                    ArrayNode steps = json.putObject("pre_tokenizer")
                            .put("type", "Sequence")
                            .putArray("pretokenizers");
                    for (int i = 0; i < 40; i++) {
                        steps.addObject().put("type", "Digits");
                    }
                },
                Fault.UNSUPPORTED,
                "pre_tokenizer.pretokenizers[32] must be among the first 32 steps, but is not");
        rejects(
                json -> {
                    ObjectNode decoder = json.putObject("decoder");
                    for (int i = 0; i < 20; i++) {
                        decoder = decoder.put("type", "Sequence")
                                .putArray("decoders")
                                .addObject();
                    }
                },
                Fault.UNSUPPORTED,
                "decoder must be ByteLevel, or a Sequence of");
    }

    @Test
    void whereAPreTokenizerIsOfAnotherKind() throws IOException {
        for (String type : List.of("BertPreTokenizer", "Whitespace", "Punctuation", "UnicodeScripts", "FixedLength")) {
            rejects(
                    json -> json.putObject("pre_tokenizer").put("type", type),
                    Fault.UNSUPPORTED,
                    "pre_tokenizer must be ByteLevel, Digits, Metaspace, Split or a Sequence of them, but is \""
                            + type);
        }
    }

    @Test
    void whereASplitExpressionIsNotKnown() throws IOException {
        for (String expression : List.of("(a+)+(b|$)c", "(".repeat(3_000) + ")".repeat(3_000), "\\s+", "", "\\p{L")) {
            rejects(
                    json -> split(json, "Isolated").putObject("pattern").put("Regex", expression),
                    Fault.UNSUPPORTED,
                    "pre_tokenizer.pattern.Regex must be one of the known split expressions, but is ");
        }
    }

    @Test
    void whereASplitIsUndefined() throws IOException {
        rejects(
                json -> split(json, "Sideways").putObject("pattern").put("String", "a"),
                Fault.UNSUPPORTED,
                "pre_tokenizer.behavior must be one of the five known ones, but is Sideways");
        rejects(
                json -> split(json, "Isolated").putObject("pattern").put("String", ""),
                Fault.CORRUPT,
                "pre_tokenizer.pattern must not be empty, but is");
        rejects(
                json -> split(json, "Isolated"),
                Fault.CORRUPT,
                "pre_tokenizer.pattern.String must be a string, but is");
    }

    private static ObjectNode split(ObjectNode json, String behavior) {
        return json.putObject("pre_tokenizer").put("type", "Split").put("behavior", behavior);
    }

    @Test
    void whereSomethingFollowsByteLevel() throws IOException {
        rejects(
                json -> json.set("pre_tokenizer", Fixtures.JSON.readTree("""
                        {"type": "Sequence", "pretokenizers": [{"type": "ByteLevel"}, {"type": "Digits"}]}""")),
                Fault.UNSUPPORTED,
                "pre_tokenizer.pretokenizers[1] must not follow ByteLevel, but is Digits");
    }

    @Test
    void whereMetaspaceIsUndefined() throws IOException {
        Map.of(
                        "{\"type\": \"Metaspace\", \"replacement\": \"ab\"}",
                        "pre_tokenizer.replacement must be one character, but is ab",
                        "{\"type\": \"Metaspace\", \"replacement\": \"_\", \"prepend_scheme\": \"last\"}",
                        "pre_tokenizer.prepend_scheme must be always, first or never, but is last",
                        "{\"type\": \"Metaspace\", \"replacement\": \"_\", \"add_prefix_space\": false}",
                        "pre_tokenizer.prepend_scheme must be never without add_prefix_space, but is always")
                .forEach((part, message) -> assertThatThrownBy(() -> {
                            ObjectNode json = Fixtures.tokenizerJson("stories260k-tidar");
                            json.set("pre_tokenizer", Fixtures.JSON.readTree(part));
                            load(json);
                        })
                        .isInstanceOf(InvalidModelException.class)
                        .hasMessageContaining(message));
    }

    @Test
    void whereTheModelDrawsOrDecoratesItsTokens() throws IOException {
        rejects(json -> model(json).put("dropout", 0.1), Fault.UNSUPPORTED, "model.dropout must be null, but is 0.1");
        rejects(
                json -> model(json).put("continuing_subword_prefix", "##"),
                Fault.UNSUPPORTED,
                "model.continuing_subword_prefix must be null, but is ##");
        rejects(
                json -> model(json).put("end_of_word_suffix", "</w>"),
                Fault.UNSUPPORTED,
                "model.end_of_word_suffix must be null, but is </w>");
    }

    @Test
    void whereTheUnknownTokenIsUnknown() throws IOException {
        rejects(
                json -> model(json).put("unk_token", "<nowhere>"),
                Fault.CORRUPT,
                "model.unk_token must be a token of the vocabulary, but is <nowhere>");
    }

    @Test
    void whereMergesAreNone() throws IOException {
        rejects(json -> model(json).put("merges", 1), Fault.CORRUPT, "model.merges must be a list, but is 1");
        rejects(
                json -> ((ArrayNode) model(json).path("merges")).add("a b c"),
                Fault.CORRUPT,
                "model.merges[165] must be two tokens, but is \"a b c\"");
        rejects(
                json -> ((ArrayNode) model(json).path("merges")).addArray().add("a"),
                Fault.CORRUPT,
                "model.merges[165] must be two tokens, but is [\"a\"]");
    }

    @Test
    void whereAFlagIsNone() throws IOException {
        rejects(
                json -> model(json).put("byte_fallback", "yes"),
                Fault.CORRUPT,
                "model.byte_fallback must be true or false, but is \"yes\"");
    }

    @Test
    void butNotWhereItSaysNothing() throws IOException {
        ObjectNode json = Fixtures.tokenizerJson("stories260k-tidar");
        model(json).put("dropout", 0.0).put("end_of_word_suffix", "").putNull("continuing_subword_prefix");
        Tokenizer tokenizer = load(json);

        assertThat(tokenizer.encode("Once upon a time")).containsExactly(403, 407, 261, 378);
    }

    private void rejects(Consumer<ObjectNode> change, Fault fault, String message) throws IOException {
        ObjectNode json = Fixtures.tokenizerJson("stories260k-tidar");
        change.accept(json);
        assertThatThrownBy(() -> load(json))
                .isInstanceOfSatisfying(
                        InvalidModelException.class, e -> assertThat(e.fault()).isEqualTo(fault))
                .hasMessageStartingWith(folder + "/tokenizer.json: ")
                .hasMessageContaining(message)
                .satisfies(e -> assertThat(e.getMessage())
                        .hasSizeLessThan(folder.toString().length() + 400));
    }

    private Tokenizer load(ObjectNode json) throws IOException {
        Files.writeString(folder.resolve("tokenizer.json"), json.toString());
        return Tokenizer.load(folder).orElseThrow();
    }

    private static ObjectNode model(ObjectNode json) {
        return (ObjectNode) json.path("model");
    }
}
