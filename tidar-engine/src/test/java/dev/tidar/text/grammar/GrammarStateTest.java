package dev.tidar.text.grammar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidar.api.AnswerFormat;
import dev.tidar.api.InvalidRequestException;
import dev.tidar.text.grammar.rule.Rule;
import dev.tidar.text.grammar.vocabulary.Vocabulary;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

@DisplayName("The state of an answer in its grammar")
class GrammarStateTest {

    private static final String PERSON =
            "{\"type\":\"object\",\"properties\":{\"name\":{\"type\":\"string\",\"maxLength\":12},"
                    + "\"age\":{\"type\":\"integer\",\"minimum\":0,\"maximum\":120},\"tags\":{\"type\":\"array\",\"items\":"
                    + "{\"enum\":[\"red\",\"green\"]}}},\"required\":[\"name\",\"age\"],\"additionalProperties\":false}";

    private static final List<AnswerFormat> SPECS = List.of(
            new AnswerFormat.JsonSchema(PERSON),
            new AnswerFormat.JsonSchema(
                    "{\"type\":\"array\",\"items\":{\"type\":\"string\",\"minLength\":2,\"pattern\":\"^\\\\W\"}}"),
            new AnswerFormat.JsonSchema("{\"anyOf\":[{\"type\":\"array\",\"items\":{\"type\":\"number\"}},"
                    + "{\"type\":\"array\",\"items\":{\"type\":\"integer\",\"multipleOf\":3}}]}"),
            new AnswerFormat.AnyJson(),
            new AnswerFormat.Regex("(ab|[^a-y]{2})*(true|false)"),
            new AnswerFormat.Choices(List.of("yes", "yesterday", "n\u00e9", "\ud83d\ude00", "true")));

    private static GrammarState start(Vocabulary vocabulary, AnswerFormat spec) {
        return new Grammars(vocabulary).of(spec).start();
    }

    /** The states of random answers. */
    private static List<GrammarState> states(Vocabulary vocabulary, AnswerFormat spec, long seed, int answers) {
        SplittableRandom random = new SplittableRandom(seed);
        List<GrammarState> states = new ArrayList<>();
        for (int i = 0; i < answers; i++) {
            GrammarState state = start(vocabulary, spec);
            for (int length = 0; length < 25 && !state.isComplete(); length++) {
                states.add(state);
                state = state.advance(sample(vocabulary, state.mask(1_000), random))
                        .orElseThrow();
            }
            states.add(state);
        }
        return states;
    }

    private static int sample(Vocabulary vocabulary, TokenMask mask, SplittableRandom random) {
        int skip = random.nextInt(mask.count());
        int id = mask.next(0);
        for (; skip > 0; skip--) {
            id = mask.next(id + 1);
        }
        return id;
    }

    @Nested
    class Masks {

        @Test
        void allowWhatCanBeAdvancedByAndNothingElse() {
            for (AnswerFormat spec : SPECS) {
                for (GrammarState state : states(Vocabularies.SPANNING, spec, 1, 30)) {
                    agree(Vocabularies.SPANNING, state);
                }
            }
        }

        @Test
        void allowWhatCanBeAdvancedByAmongTheTokensOfSmolLm2() {
            for (AnswerFormat spec : SPECS) {
                for (GrammarState state : states(Vocabularies.SMOLLM2, spec, 2, 2)) {
                    agree(Vocabularies.SMOLLM2, state);
                }
            }
        }

        /** Compares a mask with its plain definition, which tries every token. */
        private void agree(Vocabulary vocabulary, GrammarState state) {
            TokenMask mask = state.mask(1_000_000);
            for (int id = 0; id < vocabulary.size(); id++) {
                int token = id;
                assertThat(mask.allows(id))
                        .as(() -> "token %d, '%s'"
                                .formatted(token, new String(vocabulary.bytes(token), StandardCharsets.UTF_8)))
                        .isEqualTo(state.advance(id)
                                .filter(next -> next.shortestCompletion() < Rule.IMPOSSIBLE)
                                .isPresent());
            }
        }

        @Test
        void leaveOnlyTokensAfterWhichTheAnswerStillEndsInTime() {
            Vocabulary vocabulary = Vocabularies.SPANNING;
            for (AnswerFormat spec : SPECS) {
                for (GrammarState state : states(vocabulary, spec, 3, 10)) {
                    for (int more = 0; more < 4; more++) {
                        int budget = Math.max(1, state.shortestCompletion() + more);
                        TokenMask mask = state.mask(budget);
                        assertThat(mask.count())
                                .as("tokens allowed with %d left", budget)
                                .isPositive();
                        for (int id = mask.next(0); id >= 0; id = mask.next(id + 1)) {
                            int rest = state.advance(id).orElseThrow().shortestCompletion();
                            assertThat(rest).isLessThanOrEqualTo(vocabulary.isStop(id) ? 0 : budget - 1);
                        }
                    }
                }
            }
        }

        @Test
        void areEmptyOnlyWhereTheBudgetIsTooSmall() {
            GrammarState state = start(Vocabularies.BYTES, new AnswerFormat.Choices(List.of("abc")));

            assertThat(state.mask(2).count()).isZero();
            assertThat(state.mask(3).count()).isEqualTo(1);
            assertThatThrownBy(() -> state.mask(0)).isInstanceOf(IllegalArgumentException.class);
        }

        @Test
        void allowTheStopIdInAcceptingStatesOnly() {
            for (AnswerFormat spec : SPECS) {
                for (GrammarState state : states(Vocabularies.BYTES, spec, 4, 10)) {
                    assertThat(state.mask(1_000).allows(256)).isEqualTo(state.isAccepting());
                    assertThat(state.advance(256).isPresent()).isEqualTo(state.isAccepting());
                }
            }
        }

        @Test
        void neverAllowControlTokensOrIdsBeyondTheVocabulary() {
            for (GrammarState state : states(Vocabularies.SMOLLM2, new AnswerFormat.AnyJson(), 5, 2)) {
                TokenMask mask = state.mask(1_000);
                for (int id = 0; id < 17; id++) { // SmolLM2's control tokens
                    assertThat(mask.allows(id)).as("control token %d", id).isEqualTo(id == 2 && state.isAccepting());
                }
                assertThat(mask.allows(-1)).isFalse();
                assertThat(mask.allows(Vocabularies.SMOLLM2.size())).isFalse();
                assertThat(state.advance(-1)).isEmpty();
                assertThat(state.advance(Vocabularies.SMOLLM2.size())).isEmpty();
            }
        }

        @Test
        void avoidHalfCharactersThatNoTokenCompletes() {
            Vocabulary half = new Vocabulary(
                    new byte[][] {
                        "\"".getBytes(StandardCharsets.UTF_8),
                        {(byte) 0xC3},
                        "\u00e9".getBytes(StandardCharsets.UTF_8),
                        {}
                    },
                    Map.of(),
                    new int[] {3});
            GrammarState inString =
                    start(half, new AnswerFormat.AnyJson()).advance(0).orElseThrow();

            assertThat(inString.advance(1)).isPresent();
            assertThat(inString.mask(1_000).allows(1)).isFalse();
            assertThat(inString.mask(1_000).allows(2)).isTrue();
        }
    }

    @Nested
    class ShortestCompletion {

        @Test
        void isWhatTheShortestTextTakesInTokensThatMaySpanItsParts() {
            AnswerFormat pair = new AnswerFormat.JsonSchema(
                    "{\"type\":\"object\",\"properties\":{\"name\":{\"type\":\"string\"}},\"required\":[\"name\"]}");

            assertThat(start(Vocabularies.BYTES, pair).shortestCompletion()).isEqualTo("{\"name\":\"\"}".length());
            // {"  name  ":"  "}
            assertThat(start(Vocabularies.SPANNING, pair).shortestCompletion()).isEqualTo(4);
        }

        @Test
        void isZeroWhereTheAnswerMayEnd() {
            assertThat(start(Vocabularies.BYTES, new AnswerFormat.Regex("a*")).shortestCompletion())
                    .isZero();
        }

        @Test
        void rejectsABudgetThatIsTooSmallForAnyAnswer() {
            Grammar grammar = new Grammars(Vocabularies.BYTES).of(new AnswerFormat.Choices(List.of("four", "seventy")));

            grammar.requireRoom(4);
            assertThatThrownBy(() -> grammar.requireRoom(3))
                    .isInstanceOf(InvalidRequestException.class)
                    .hasMessage(
                            "max-tokens must be at least 4 for the shortest answer that the grammar allows, but is 3");
        }
    }

    @Nested
    class ForcedTokens {

        @Test
        void spellWhatMustComeByLongestMatch() {
            GrammarState state =
                    start(Vocabularies.SPANNING, new AnswerFormat.Choices(List.of("name: true!", "name: true?")));

            assertThat(text(Vocabularies.SPANNING, state.forced())).isEqualTo("name: true");
            assertThat(state.forced()).hasSize(4); // name, :, space, true
        }

        @Test
        void canBeAdvancedByOneAfterTheOther() {
            for (AnswerFormat spec : SPECS) {
                for (GrammarState state : states(Vocabularies.SPANNING, spec, 6, 20)) {
                    GrammarState next = state;
                    for (int id : state.forced()) {
                        next = next.advance(id).orElseThrow();
                    }
                }
            }
        }

        @Test
        void areNoneWhereTheAnswerMayEnd() {
            assertThat(start(Vocabularies.BYTES, new AnswerFormat.Regex("(ab)*"))
                            .forced())
                    .isEmpty();
        }

        private String text(Vocabulary vocabulary, int[] ids) {
            StringBuilder text = new StringBuilder();
            for (int id : ids) {
                text.append(new String(vocabulary.bytes(id), StandardCharsets.UTF_8));
            }
            return text.toString();
        }
    }

    @Nested
    class Structure {

        @Test
        void isNestedNoDeeperThanTheLimitAndStillEnds() {
            Vocabulary vocabulary = Vocabularies.BYTES;
            GrammarState state = start(vocabulary, new AnswerFormat.AnyJson());
            int depth = 0;
            while (state.mask(1_000).allows('[')) {
                state = state.advance('[').orElseThrow();
                depth++;
            }

            assertThat(depth).isEqualTo(Rule.MAX_NESTING);
            assertThat(state.shortestCompletion()).isEqualTo(depth);
        }

        @Test
        void hasBoundedRunsOfWhiteSpace() {
            GrammarState state = start(Vocabularies.BYTES, new AnswerFormat.JsonSchema("{\"type\":\"object\"}"));
            int spaces = 0;
            while (state.advance(' ').isPresent()) {
                state = state.advance(' ').orElseThrow();
                spaces++;
            }

            assertThat(spaces).isEqualTo(20);
        }

        @Test
        void isTheSameStateWhicheverTokensLedThere() {
            GrammarState start = start(Vocabularies.SPANNING, new AnswerFormat.JsonSchema(PERSON));
            GrammarState byBytes = start;
            for (char c : "{\"name\":\"".toCharArray()) {
                byBytes = byBytes.advance(c).orElseThrow();
            }
            GrammarState byTokens = start;
            for (String token : List.of("{\"", "name", "\":\"")) {
                byTokens = byTokens.advance(idOf(token)).orElseThrow();
            }

            assertThat(byTokens).isEqualTo(byBytes).hasSameHashCodeAs(byBytes);
        }

        private int idOf(String token) {
            Vocabulary vocabulary = Vocabularies.SPANNING;
            for (int id = 0; id < vocabulary.size(); id++) {
                if (new String(vocabulary.bytes(id), StandardCharsets.UTF_8).equals(token)) {
                    return id;
                }
            }
            throw new IllegalArgumentException(token);
        }
    }
}
