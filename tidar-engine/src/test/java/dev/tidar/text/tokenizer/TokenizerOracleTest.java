package dev.tidar.text.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import dev.tidar.TestGrid;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("A tokenizer has the ids and texts of the Hugging Face library")
class TokenizerOracleTest {

    private static final long SEED = 20261130;

    private static final Map<String, String> TOKENIZERS = OracleTokenizers.all();

    @TempDir
    private Path folder;

    @TestFactory
    Stream<DynamicTest> onScriptsAndCode() {
        int characters = TestGrid.size(200_000, 20_000_000);
        return each(() -> Texts.prose(SEED, characters));
    }

    @TestFactory
    Stream<DynamicTest> onFuzzedText() {
        int count = TestGrid.size(1_000, 100_000);
        return each(() -> Texts.fuzzed(SEED, count));
    }

    @TestFactory
    Stream<DynamicTest> onLongWords() {
        return each(
                () -> Stream.of("a", "ab", "\u4e2d", "\ud83d\ude00", "\u0e01\u0e33", "x\u2581", "=", "Aa1", "\u00e9")
                        .map(part -> part.repeat(TestGrid.size(400, 20_000))));
    }

    private Stream<DynamicTest> each(Supplier<Stream<String>> texts) {
        return TOKENIZERS.entrySet().stream()
                .map(entry -> DynamicTest.dynamicTest(entry.getKey(), () -> agrees(entry.getValue(), texts.get())));
    }

    private void agrees(String json, Stream<String> texts) throws IOException {
        Files.writeString(folder.resolve("tokenizer.json"), json);
        Tokenizer tokenizer = Tokenizer.load(folder).orElseThrow();
        try (HuggingFaceTokenizer oracle = Oracle.open(json)) {
            texts.forEach(text -> agrees(tokenizer, oracle, text));
        }
    }

    private static void agrees(Tokenizer tokenizer, HuggingFaceTokenizer oracle, String text) {
        int[] ids = Oracle.ids(oracle, Texts.wellFormed(text));

        assertThat(tokenizer.encode(PromptText.trusted(text))).as(text).isEqualTo(ids);
        String decoded = tokenizer.decode(ids, true);
        assertThat(decoded).as(text).isEqualTo(Fixtures.decode(oracle, ids, false));
        StreamingDetokenizer stream = tokenizer.detokenizer();
        StringBuilder streamed = new StringBuilder();
        for (int id : ids) {
            String piece = stream.accept(id);
            assertThat(wholeCharacters(piece)).isTrue();
            streamed.append(piece);
        }
        assertThat(streamed.append(stream.finish()).toString()).isEqualTo(tokenizer.decode(ids));
    }

    private static boolean wholeCharacters(String text) {
        return Texts.wellFormed(text).equals(text);
    }
}
