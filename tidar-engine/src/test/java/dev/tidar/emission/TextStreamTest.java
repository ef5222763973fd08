package dev.tidar.emission;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidar.decode.TestModel;
import dev.tidar.text.tokenizer.Tokenizer;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("The text of an answer")
class TextStreamTest {

    private static Tokenizer tokenizer;

    @BeforeAll
    static void load() {
        tokenizer = Tokenizer.load(TestModel.folder("models/stories260k-tidar")).orElseThrow();
    }

    @Test
    void isThatOfItsTokens() {
        assertThat(stream("Once upon a time", List.of()).text).isEqualTo("Once upon a time");
    }

    @Test
    void endsBeforeAStopStringThatSpansTokens() {
        Streamed s = stream("Lily went to the park. She ran.", List.of("k. S"));

        assertThat(s.text).isEqualTo("Lily went to the par");
        assertThat(s.stopped).isTrue();
    }

    @Test
    void endsBeforeTheEarliestOfSeveralStopStrings() {
        assertThat(stream("one two three", List.of("three", "two")).text).isEqualTo("one ");
    }

    @Test
    void isNotHeldBackForGoodWhereAStopStringOnlyBegan() {
        Streamed s = stream("the end is near", List.of("nearby"));

        assertThat(s.text).isEqualTo("the end is near");
        assertThat(s.stopped).isFalse();
    }

    @Test
    void neverShowsThePartOfAStopStringThatCameFirst() {
        TextStream text = new TextStream(tokenizer.detokenizer(), List.of("END"));
        StringBuilder shown = new StringBuilder();
        for (int id : tokenizer.encode("go on EN")) {
            shown.append(text.accept(id, true));
        }
        assertThat(shown.toString()).isEqualTo("go on ");
        assertThat(text.finish()).isEqualTo("EN");
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3})
    void isCutWhereAPlainSearchWouldCutIt(long seed) {
        var random = new SplittableRandom(seed);
        for (int round = 0; round < 200; round++) {
            String whole = letters(random, 30);
            List<String> stops = List.of(letters(random, 3), letters(random, 2));
            int cut = stops.stream()
                    .mapToInt(whole::indexOf)
                    .filter(i -> i >= 0)
                    .min()
                    .orElse(whole.length());

            assertThat(stream(whole, stops).text)
                    .as("%s, stops %s", whole, stops)
                    .isEqualTo(whole.substring(0, cut));
        }
    }

    /** Few letters, so that stop strings begin often. */
    private static String letters(SplittableRandom random, int length) {
        StringBuilder s = new StringBuilder();
        random.ints(length, 0, 3).forEach(i -> s.append("ab ".charAt(i)));
        return s.toString();
    }

    private record Streamed(String text, boolean stopped) {}

    private static Streamed stream(String whole, List<String> stops) {
        TextStream text = new TextStream(tokenizer.detokenizer(), stops);
        StringBuilder shown = new StringBuilder();
        for (int id : tokenizer.encode(whole)) {
            if (!text.isStopped()) {
                shown.append(text.accept(id, true));
            }
        }
        return new Streamed(shown.append(text.finish()).toString(), text.isStopped());
    }
}
