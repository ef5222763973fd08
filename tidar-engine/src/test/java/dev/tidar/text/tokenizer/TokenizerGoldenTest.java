package dev.tidar.text.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import tools.jackson.databind.JsonNode;

@DisplayName("A tokenizer, held against the Hugging Face library on awkward texts")
class TokenizerGoldenTest {

    private static final Map<String, String> FOLDERS =
            Map.of("smollm2", "smollm2-tokenizer", "qwen3", "qwen3-tokenizer", "stories260k", "stories260k-tidar");

    @TestFactory
    Stream<DynamicContainer> agrees() {
        JsonNode golden = Fixtures.json(Fixtures.resource("golden/tokenizers/expected.json"));
        assertThat(golden.path("tokenizers").propertyNames()).containsExactlyInAnyOrderElementsOf(FOLDERS.keySet());
        return FOLDERS.entrySet().stream()
                .map(entry -> DynamicContainer.dynamicContainer(
                        entry.getKey(),
                        cases(
                                Fixtures.load(entry.getValue()),
                                golden.path("texts"),
                                golden.path("tokenizers").path(entry.getKey()).path("cases"))));
    }

    private static Stream<DynamicTest> cases(Tokenizer tokenizer, JsonNode texts, JsonNode cases) {
        assertThat(cases.size()).isEqualTo(texts.size()).isGreaterThan(100);
        return IntStream.range(0, texts.size())
                .mapToObj(i -> DynamicTest.dynamicTest(
                        "text " + i, () -> agrees(tokenizer, texts.get(i).asString(), cases.get(i))));
    }

    private static void agrees(Tokenizer tokenizer, String text, JsonNode golden) {
        int[] ids = Fixtures.ints(golden.path("ids"));

        assertThat(tokenizer.encode(text)).as("user text").isEqualTo(Fixtures.ints(golden.path("content_ids")));
        assertThat(tokenizer.encode(PromptText.trusted(text)))
                .as("trusted text")
                .isEqualTo(ids);
        assertThat(tokenizer.decode(ids, true))
                .as("decoded")
                .isEqualTo(golden.path("decoded").asString());
    }
}
