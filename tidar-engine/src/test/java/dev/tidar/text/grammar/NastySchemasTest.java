package dev.tidar.text.grammar;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.Schema;
import dev.tidar.TestGrid;
import dev.tidar.api.AnswerFormat;
import dev.tidar.text.grammar.vocabulary.Vocabulary;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("Answers to nasty schemas")
class NastySchemasTest {

    private static final List<String> SCHEMAS = NastySchemas.all();

    /** Compiled once for all models, as an engine does. */
    private static final Map<Vocabulary, Grammars> GRAMMARS = new ConcurrentHashMap<>();

    @Test
    void andThoseOfTheSuiteAreThreeHundredSchemas() {
        assertThat(SCHEMAS).doesNotHaveDuplicates().hasSizeGreaterThanOrEqualTo(250);
    }

    @ParameterizedTest
    @EnumSource
    void endInTimeAndValidateOnTokensThatSpanTheJoints(Answers.Model model) {
        judge(Vocabularies.SPANNING, model, 0, 2, 15, 60);
    }

    @ParameterizedTest
    @EnumSource
    void endInTimeAndValidateOnSingleBytes(Answers.Model model) {
        judge(Vocabularies.BYTES, model, 0, 30);
    }

    @ParameterizedTest
    @EnumSource(names = {"UNIFORM", "WHITE_SPACE", "NESTING", "QUOTES"})
    void endInTimeAndValidateOnSmolLm2(Answers.Model model) {
        judge(Vocabularies.SMOLLM2, model, 0, 24);
    }

    /** Generates answers with budgets that exceed the shortest answer by these numbers of tokens. */
    private static void judge(Vocabulary vocabulary, Answers.Model model, int... moreTokens) {
        double[] scores = model.scores(vocabulary);
        Grammars grammars = GRAMMARS.computeIfAbsent(vocabulary, Grammars::new);
        int stride = TestGrid.size(3, 1); // in the sample, other schemas for each model
        for (int i = model.ordinal() % stride; i < SCHEMAS.size(); i += stride) {
            String schema = SCHEMAS.get(i);
            Grammar grammar = grammars.of(new AnswerFormat.JsonSchema(schema));
            Schema validator = Answers.validator(schema);
            for (int more : moreTokens) {
                int budget = Math.max(1, grammar.start().shortestCompletion()) + more;
                String answer = Answers.generate(vocabulary, grammar, budget, scores, budget);
                assertThat(Answers.faults(validator, answer))
                        .as("%s, %d tokens: %s", schema, budget, answer)
                        .isEmpty();
            }
        }
    }
}
