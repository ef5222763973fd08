package dev.tidar.sample;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidar.TidarEngine;
import dev.tidar.api.ChatMessage;
import dev.tidar.api.DecodeMode;
import dev.tidar.api.Decoding;
import dev.tidar.api.Generation;
import dev.tidar.api.GenerationListener;
import dev.tidar.api.GenerationRequest;
import dev.tidar.api.GenerationResult;
import dev.tidar.api.Groups;
import dev.tidar.api.Prompt;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/**
 * The embedded model against an independent implementation in float32; see {@code embedded-model/PROVENANCE.md}. Int8
 * activations would decide some near ties otherwise.
 */
@SpringBootTest(properties = "tidar.cpu.activations=float")
@DisplayName("The embedded model")
class EmbeddedModelTest {

    /** Prompts of the oracle that are decoded; one of the sample's ends before its limit. */
    private static final int PROMPTS = Integer.getInteger("tidar.test.embedded-prompts", 4);

    private static JsonNode expected;

    @Autowired
    TidarEngine engine;

    @BeforeAll
    static void readTheOracle() throws IOException {
        try (var file = EmbeddedModelTest.class.getResourceAsStream("/embedded-model/expected.json")) {
            expected = new ObjectMapper().readTree(file);
        }
    }

    @ParameterizedTest(name = "{0}, draft length {3}, up to {4} prompts")
    @CsvSource({
        "single_pass, SINGLE_PASS, FULL, 4, 16",
        "single_pass, SINGLE_PASS, FULL, 8, 1",
        "short_groups, SINGLE_PASS, SHORT, 2, 16",
        "short_groups, SINGLE_PASS, SHORT, 3, 16",
        "two_pass, TWO_PASS, AUTO, 4, 16",
        "two_pass, TWO_PASS, AUTO, 6, 2"
    })
    void hasTheTokensAndTheStepsOfTheOracle(String key, DecodeMode mode, Groups groups, int k, int prompts)
            throws InterruptedException {
        Decoding decoding = Decoding.of(mode).withDraftLength(k).withGroups(groups);
        for (JsonNode c : cases(prompts)) {
            GenerationResult result = run(c, decoding);

            assertThat(result.tokens()).as("prompt %s", c.get("prompt_ids")).isEqualTo(ints(c.get("greedy")));
            assertThat(result.stats().kept())
                    .isEqualTo(ints(c.get(key).get(String.valueOf(k)).get("kept")));
        }
    }

    @Test
    void draftsInShortGroupsOfItsOwnAccordAsItsConfigurationSays() throws InterruptedException {
        JsonNode c = cases(1).get(0);

        assertThat(engine.status().model().shortGroups()).isTrue();
        assertThat(run(c, Decoding.of(DecodeMode.SINGLE_PASS).withDraftLength(2))
                        .stats()
                        .kept())
                .isEqualTo(ints(c.get("short_groups").get("2").get("kept")));
    }

    @Test
    void hasTheTokensOfTheOracleWithoutOutcomes() throws InterruptedException {
        for (JsonNode c : cases(2)) {
            Decoding alternating = Decoding.of(DecodeMode.SINGLE_PASS).withOutcomes(Set.of());

            assertThat(run(c, alternating.withDraftLength(3)).tokens()).isEqualTo(ints(c.get("greedy")));
        }
    }

    @Test
    void hasTheTokensAndTheTextOfTheOracleAutoregressively() throws InterruptedException {
        for (JsonNode c : cases(16)) {
            GenerationResult result = run(c, Decoding.of(DecodeMode.AUTOREGRESSIVE));

            assertThat(result.tokens()).as("prompt %s", c.get("prompt_ids")).isEqualTo(ints(c.get("greedy")));
            assertThat(result.text()).isEqualTo(c.get("text").asString());
        }
    }

    @Test
    void hasTheTokensOfTheOracleInABatchWithItsPromptsInTheCacheAndWithout() throws InterruptedException {
        List<JsonNode> cases = cases(3);
        for (Decoding decoding : List.of(
                Decoding.of(DecodeMode.AUTO),
                Decoding.of(DecodeMode.SINGLE_PASS).withDraftLength(4))) {
            for (String cache : List.of("cold", "hot")) {
                List<Generation> together = cases.stream()
                        .map(c -> engine.submit(
                                request(c, decoding)
                                        .cacheSalt(decoding.mode().name())
                                        .build(),
                                GenerationListener.NONE))
                        .toList();
                for (int i = 0; i < cases.size(); i++) {
                    GenerationResult result = together.get(i).await();

                    assertThat(result.tokens())
                            .as("%s, %s, prompt %d", decoding, cache, i)
                            .isEqualTo(ints(cases.get(i).get("greedy")));
                    int full = (result.stats().promptTokens() - 1) / 16 * 16;
                    // in the cold one the prompts may find what they share with each other, if one is ahead
                    assertThat(result.stats().cachedTokens()).isBetween(cache.equals("hot") ? full : 0, full);
                }
            }
        }
    }

    @Test
    void laysOutAChatAsItsTemplateDoes() throws InterruptedException {
        for (JsonNode c : cases(16)) {
            if (c.has("chat")) {
                var chat =
                        new Prompt.Chat(List.of(ChatMessage.user(c.get("chat").asString())));
                var generation = engine.submit(
                        GenerationRequest.builder(chat).maxTokens(1).build(), GenerationListener.NONE);

                assertThat(generation.promptTokens())
                        .isEqualTo(c.get("prompt_ids").size());
                assertThat(generation.await().tokens())
                        .containsExactly(c.get("greedy").get(0).asInt());
            }
        }
    }

    private GenerationResult run(JsonNode c, Decoding decoding) throws InterruptedException {
        return engine.submit(request(c, decoding).build(), GenerationListener.NONE)
                .await();
    }

    private static GenerationRequest.Builder request(JsonNode c, Decoding decoding) {
        return GenerationRequest.builder(new Prompt.Tokens(ints(c.get("prompt_ids"))))
                .maxTokens(expected.get("max_tokens").asInt())
                .temperature(0)
                .decoding(decoding);
    }

    private static List<JsonNode> cases(int count) {
        List<JsonNode> cases = new ArrayList<>();
        expected.get("cases").forEach(cases::add);
        return cases.subList(0, Math.min(count, PROMPTS));
    }

    private static List<Integer> ints(JsonNode array) {
        List<Integer> values = new ArrayList<>();
        array.forEach(v -> values.add(v.asInt()));
        return values;
    }
}
