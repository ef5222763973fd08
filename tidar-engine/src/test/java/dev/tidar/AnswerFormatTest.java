package dev.tidar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidar.api.AnswerFormat;
import dev.tidar.api.DecodeMode;
import dev.tidar.api.Decoding;
import dev.tidar.api.EngineOptions;
import dev.tidar.api.FinishReason;
import dev.tidar.api.Generation;
import dev.tidar.api.GenerationListener;
import dev.tidar.api.GenerationRequest;
import dev.tidar.api.GenerationResult;
import dev.tidar.api.InvalidRequestException;
import dev.tidar.api.Prompt;
import dev.tidar.decode.TestModel;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/** A model that tells stories, and knows nothing of JSON, constrained to formats. */
@DisplayName("An answer with a format")
class AnswerFormatTest {

    private static final AnswerFormat PERSON = new AnswerFormat.JsonSchema("""
            {"type": "object",
             "properties": {
               "name": {"type": "string", "maxLength": 12},
               "age": {"type": "integer", "minimum": 0, "maximum": 120},
               "friends": {"type": "array", "items": {"enum": ["Lily", "Tim"]}, "maxItems": 3},
               "happy": {"type": "boolean"}},
             "required": ["name", "age", "friends", "happy"],
             "additionalProperties": false}""");

    private static TidarEngine engine;

    @BeforeAll
    static void load() {
        engine = TidarEngine.load(EngineOptions.builder(TestModel.folder("models/stories260k-tidar"))
                .draftModel(TestModel.folder("models/stories260k-tidar"))
                .threads(1)
                .build());
    }

    @AfterAll
    static void close() {
        engine.close();
    }

    @ParameterizedTest
    @EnumSource(DecodeMode.class)
    void keepsToItWhateverTheModelWouldRatherSay(DecodeMode mode) throws InterruptedException {
        for (int seed = 0; seed < 10; seed++) {
            GenerationResult result =
                    run(person(200).temperature(1.5).seed(seed).decoding(Decoding.of(mode)));

            JsonNode person = new ObjectMapper().readTree(result.text());
            assertThat(result.finishReason())
                    .as(result.text())
                    .isEqualTo(result.closedByLimit().isPresent() ? FinishReason.LENGTH : FinishReason.STOP);
            assertThat(person.propertyNames()).containsExactly("name", "age", "friends", "happy");
            assertThat(person.get("age").asInt()).isBetween(0, 120);
            assertThat(person.get("friends"))
                    .allMatch(f -> f.asString().equals("Lily") || f.asString().equals("Tim"));
        }
    }

    @Test
    void isTheSameInEveryModeAndInEveryCompany() throws InterruptedException {
        for (double temperature : new double[] {0, 1}) {
            List<Generation> together = new ArrayList<>();
            for (DecodeMode mode : DecodeMode.values()) {
                together.add(engine.submit(
                        person(120)
                                .temperature(temperature)
                                .seed(7)
                                .decoding(Decoding.of(mode))
                                .build(),
                        GenerationListener.NONE));
            }
            List<String> texts = new ArrayList<>();
            for (Generation generation : together) {
                texts.add(generation.await().text());
            }
            String alone = run(person(120).temperature(temperature).seed(7)).text();

            assertThat(texts).containsOnly(alone);
        }
    }

    @Test
    void isLedToItsEndWhereTheTokensRunShort() throws InterruptedException {
        int shortest = shortestBudget();
        assertThat(run(person(shortest).temperature(1.5).seed(1)).closedByLimit())
                .isPresent();
        for (int budget = shortest; budget < shortest + 30; budget++) {
            GenerationResult result = run(person(budget).temperature(1.5).seed(budget));

            assertThat(result.tokens().size()).isLessThanOrEqualTo(budget);
            assertThat(result.finishReason())
                    .isEqualTo(result.closedByLimit().isPresent() ? FinishReason.LENGTH : FinishReason.STOP);
            assertThat(new ObjectMapper().readTree(result.text()).size()).isEqualTo(4);
        }
    }

    @Test
    void isRejectedWhereNoAnswerFitsTheTokens() {
        assertThatThrownBy(() -> run(person(shortestBudget() - 1)))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("shortest answer that the grammar allows");
    }

    @Test
    void takesWhatIsForcedFromTheGrammarWithoutAForwardForEachToken() throws InterruptedException {
        var oneChoice = new AnswerFormat.Choices(List.of("Once upon a time there was a little girl."));
        GenerationResult result = run(GenerationRequest.builder(new Prompt.Text("Lily"))
                .maxTokens(100)
                .temperature(0)
                .decoding(Decoding.of(DecodeMode.AUTOREGRESSIVE))
                .format(oneChoice));

        assertThat(result.text()).isEqualTo("Once upon a time there was a little girl.");
        assertThat(result.stats().forwards()).isLessThan(result.tokens().size() / 2);
    }

    @Test
    void canBeAnExpressionOrAnyJson() throws InterruptedException {
        assertThat(run(request(new AnswerFormat.Regex("[0-9]{3}-[a-f]{2}"), 40)).text())
                .matches("[0-9]{3}-[a-f]{2}");
        assertThat(new ObjectMapper()
                        .readTree(run(request(new AnswerFormat.AnyJson(), 60)).text()))
                .isNotNull();
    }

    @Test
    void needsTheStopIdsOfTheModel() {
        assertThatThrownBy(() -> person(100).ignoreStopIds(true).build())
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("ignore-eos must be false");
    }

    @Test
    void isRejectedByTheNameOfWhatIsNotSupportedBeforeAnyWork() {
        var remote = new AnswerFormat.JsonSchema("{\"$ref\": \"https://example.com/schema\"}");

        assertThatThrownBy(() -> run(request(remote, 50)))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("$ref");
    }

    /** The fewest tokens that hold a person, as the rejection of one token names them. */
    private static int shortestBudget() {
        Optional<String> rejection = Optional.empty();
        try {
            engine.submit(person(1).build(), GenerationListener.NONE);
        } catch (InvalidRequestException e) {
            rejection = Optional.of(e.getMessage());
        }
        return Integer.parseInt(rejection.orElseThrow().replaceAll("\\D*(\\d+).*", "$1"));
    }

    private static GenerationRequest.Builder person(int maxTokens) {
        return request(PERSON, maxTokens);
    }

    private static GenerationRequest.Builder request(AnswerFormat format, int maxTokens) {
        return GenerationRequest.builder(new Prompt.Text("Lily met a friend"))
                .maxTokens(maxTokens)
                .temperature(1)
                .seed(1)
                .format(format);
    }

    private static GenerationResult run(GenerationRequest.Builder request) throws InterruptedException {
        return engine.submit(request.build(), GenerationListener.NONE).await();
    }
}
