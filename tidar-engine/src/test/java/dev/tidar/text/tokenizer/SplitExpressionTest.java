package dev.tidar.text.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import dev.tidar.TestGrid;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.node.ObjectNode;

/** One character of each class that an expression tells apart, and all short texts of them: no case is left to luck. */
@DisplayName("A known split expression, scanned by hand, splits as Oniguruma does")
class SplitExpressionTest {

    private static final String[] CHARACTERS = {
        "a",
        "A",
        "\u01c5",
        "\u02b0",
        "\u4e2d",
        "\u0301",
        "1",
        "'",
        " ",
        "\n",
        "!",
        "/",
        "s",
        "\u017f",
        "L",
        "\ud835\udc00",
        "\u0085"
    };

    @TempDir
    private Path folder;

    static List<String> expressions() {
        return OracleTokenizers.splitExpressions();
    }

    @ParameterizedTest
    @MethodSource("expressions")
    void allShortTexts(String expression) throws IOException {
        String json = marking(expression);
        Files.writeString(folder.resolve("tokenizer.json"), json);
        Tokenizer tokenizer = Tokenizer.load(folder).orElseThrow();
        try (HuggingFaceTokenizer oracle = Oracle.open(json)) {
            for (String text : texts(TestGrid.sizeOfLongest(3, 4))) {
                assertThat(tokenizer.encode(text)).as(text).isEqualTo(Oracle.ids(oracle, text));
            }
        }
    }

    /** Endings in any case: what else folds to their letters shows here. */
    @ParameterizedTest
    @MethodSource("expressions")
    void everyCharacterAfterAnApostrophe(String expression) throws IOException {
        String json = marking(expression);
        Files.writeString(folder.resolve("tokenizer.json"), json);
        Tokenizer tokenizer = Tokenizer.load(folder).orElseThrow();
        try (HuggingFaceTokenizer oracle = Oracle.open(json)) {
            for (int c = 0;
                    c < 0x20000;
                    c += TestGrid.sizeOfLongest(c < 0x250 || c > 0x1DFF && c < 0x2200 ? 1 : 97, 1)) {
                if (c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE) {
                    continue;
                }
                String text = "a'" + Character.toString(c) + "x'l" + Character.toString(c) + "x'"
                        + Character.toString(c) + "e";
                assertThat(tokenizer.encode(text)).as(text).isEqualTo(Oracle.ids(oracle, text));
            }
        }
    }

    /** A tokenizer whose ids are bytes, with the bytes of U+2581 before each word. */
    private static String marking(String expression) {
        ObjectNode json = Oracle.bytesJson("null", "null");
        ObjectNode sequence = json.putObject("pre_tokenizer").put("type", "Sequence");
        ObjectNode split = sequence.withArray("pretokenizers")
                .addObject()
                .put("type", "Split")
                .put("behavior", "Isolated")
                .put("invert", false);
        split.putObject("pattern").put("Regex", expression);
        sequence.withArray("pretokenizers")
                .addObject()
                .put("type", "Metaspace")
                .put("replacement", "\u2581")
                .put("prepend_scheme", "always")
                .put("split", false);
        return json.toString();
    }

    private static List<String> texts(int longest) {
        List<String> texts = new ArrayList<>(List.of(""));
        for (int from = 0, length = 1; length <= longest; length++) {
            int to = texts.size();
            for (int i = from; i < to; i++) {
                for (String character : CHARACTERS) {
                    texts.add(texts.get(i) + character);
                }
            }
            from = to;
        }
        return texts.subList(1, texts.size());
    }
}
