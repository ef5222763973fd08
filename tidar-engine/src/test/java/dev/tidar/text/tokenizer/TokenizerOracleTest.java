package dev.tidar.text.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import dev.tidar.TestGrid;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("A tokenizer has the ids and texts of the Hugging Face library")
class TokenizerOracleTest {

    private static final long SEED = 20261130;

    @TempDir
    private Path folder;

    @TestFactory
    Stream<DynamicContainer> agrees() {
        return OracleTokenizers.all().entrySet().stream().map(entry -> agrees(entry.getKey(), entry.getValue()));
    }

    private DynamicContainer agrees(String name, String json) {
        Tokenizer tokenizer = load(json);
        HuggingFaceTokenizer oracle = Oracle.open(json);
        return DynamicContainer.dynamicContainer(
                name,
                Stream.of(
                                DynamicTest.dynamicTest(
                                        "scripts and code",
                                        () -> Texts.prose(
                                                        SEED,
                                                        TestGrid.sizeOfLongest(800, 5_000),
                                                        TestGrid.sizeOfLongest(40, 4_000))
                                                .forEach(text -> agrees(tokenizer, oracle, text))),
                                DynamicTest.dynamicTest(
                                        "fuzzed text",
                                        () -> Texts.fuzzed(SEED, TestGrid.sizeOfLongest(200, 100_000))
                                                .forEach(text -> agrees(tokenizer, oracle, text))),
                                DynamicTest.dynamicTest(
                                        "long words",
                                        () -> longWords().forEach(text -> agrees(tokenizer, oracle, text))))
                        .onClose(oracle::close));
    }

    private static Stream<String> longWords() {
        return Stream.of("a", "ab", "\u4e2d", "\ud83d\ude00", "\u0e01\u0e33", "x\u2581", "=", "Aa1", "\u00e9")
                .map(part -> part.repeat(TestGrid.sizeOfLongest(200, 20_000)));
    }

    private Tokenizer load(String json) {
        try {
            Files.writeString(folder.resolve("tokenizer.json"), json);
            return Tokenizer.load(folder).orElseThrow();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
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
