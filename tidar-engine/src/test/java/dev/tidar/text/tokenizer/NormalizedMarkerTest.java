package dev.tidar.text.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import dev.tidar.text.tokenizer.PromptText.Stretch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import tools.jackson.databind.node.ObjectNode;

@DisplayName("A marker that matches in normalized text")
class NormalizedMarkerTest {

    static final List<String> NORMALIZERS = List.of(
            "null",
            "{\"type\": \"NFC\"}",
            "{\"type\": \"NFKC\"}",
            "{\"type\": \"Replace\", \"pattern\": {\"String\": \"e\\u0301\"}, \"content\": \"xyz\"}",
            "{\"type\": \"Sequence\", \"normalizers\": [{\"type\": \"Prepend\", \"prepend\": \"\\u2581\"},"
                    + " {\"type\": \"Replace\", \"pattern\": {\"String\": \" \"}, \"content\": \"\\u2581\"}]}");

    private static final String MARKER = "<caf\u00e9>";
    private static final String APART = "<cafe\u0301>";

    @TempDir
    private Path folder;

    @ParameterizedTest
    @FieldSource("NORMALIZERS")
    void isFoundWhereTheHuggingFaceLibraryFindsIt(String normalizer) throws IOException {
        String json = json(normalizer);
        Tokenizer tokenizer = load(json);
        try (HuggingFaceTokenizer oracle = Oracle.open(json)) {
            for (String text : texts().toList()) {
                assertThat(tokenizer.encode(PromptText.trusted(text))).as(text).isEqualTo(Oracle.ids(oracle, text));
            }
        }
    }

    @ParameterizedTest
    @FieldSource("NORMALIZERS")
    void isOrdinaryTextWhereAUserSpellsItOrPartOfIt(String normalizer) throws IOException {
        Tokenizer tokenizer = load(json(normalizer));
        for (String spelling : List.of(MARKER, APART)) {
            String text = "a\u0301" + spelling + "\u0301" + MARKER;
            for (int from = 2; from < 2 + spelling.length(); from++) {
                for (int to = from + 1; to <= 2 + spelling.length(); to++) {
                    int[] ids = tokenizer.encode(new PromptText(text, List.of(new Stretch(from, to))));
                    int[] without = tokenizer.encode(new PromptText(text, List.of(new Stretch(0, text.length()))));

                    assertThat(count(ids))
                            .as("%s, %d to %d", spelling, from, to)
                            .isLessThanOrEqualTo(1);
                    assertThat(count(without)).isZero();
                }
            }
        }
    }

    @ParameterizedTest
    @FieldSource("NORMALIZERS")
    void leavesTheIdsOfTextAsTheyAreWhereverUserTextBeginsAndEnds(String normalizer) throws IOException {
        Tokenizer tokenizer = load(json(normalizer));
        String text = "cafe\u0301s \u1100\u1161\u11a8 \uff76\uff9e\ud835\udc00e\u0301";
        int[] whole = tokenizer.encode(PromptText.trusted(text));
        for (int from = 0; from < text.length(); from++) {
            for (int to = from + 1; to <= text.length(); to++) {
                assertThat(tokenizer.encode(new PromptText(text, List.of(new Stretch(from, to)))))
                        .as("%d to %d", from, to)
                        .isEqualTo(whole);
            }
        }
    }

    private static long count(int[] ids) {
        return Arrays.stream(ids).filter(id -> id == 256).count();
    }

    private static Stream<String> texts() {
        return Stream.concat(
                Stream.of(
                        MARKER,
                        APART,
                        "a " + MARKER + " b",
                        MARKER + MARKER,
                        APART + "\u0301",
                        "<x>" + MARKER,
                        MARKER + "<x>"),
                Texts.fuzzed(7, 200).map(Texts::wellFormed).map(text -> text + MARKER + text + APART + text));
    }

    private static String json(String normalizer) {
        ObjectNode json = Oracle.bytesJson(normalizer, "null");
        add(json, 256, MARKER, true);
        add(json, 257, "<x>", false);
        return json.toString();
    }

    private static void add(ObjectNode json, int id, String content, boolean normalized) {
        json.withArray("added_tokens")
                .addObject()
                .put("id", id)
                .put("content", content)
                .put("single_word", false)
                .put("lstrip", false)
                .put("rstrip", false)
                .put("normalized", normalized)
                .put("special", true);
    }

    private Tokenizer load(String json) throws IOException {
        Files.writeString(folder.resolve("tokenizer.json"), json);
        return Tokenizer.load(folder).orElseThrow();
    }
}
