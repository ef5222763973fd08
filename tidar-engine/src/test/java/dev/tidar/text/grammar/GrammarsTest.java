package dev.tidar.text.grammar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidar.api.AnswerFormat;
import dev.tidar.api.InvalidRequestException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A compiled grammar")
class GrammarsTest {

    private static Grammar compile(AnswerFormat spec) {
        return new Grammars(Vocabularies.BYTES).of(spec);
    }

    @Test
    void isCompiledOnceForEqualSpecifications() {
        Grammars grammars = new Grammars(Vocabularies.BYTES);

        assertThat(grammars.of(new AnswerFormat.Regex("a+"))).isSameAs(grammars.of(new AnswerFormat.Regex("a+")));
        assertThat(grammars.of(new AnswerFormat.Regex("a*"))).isNotSameAs(grammars.of(new AnswerFormat.Regex("a+")));
    }

    @Test
    void isNotCachedIfItIsRejected() {
        Grammars grammars = new Grammars(Vocabularies.BYTES);

        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(() -> grammars.of(new AnswerFormat.Regex("(")))
                    .isInstanceOf(InvalidRequestException.class);
        }
    }

    @Test
    void isCompiledByTheExecutorIfItIsLarge() {
        var executed = new AtomicInteger();
        Grammars grammars = new Grammars(Vocabularies.BYTES, counting(executed));
        var small = new AnswerFormat.Choices(List.of("yes", "no"));
        var large = new AnswerFormat.JsonSchema("{\"enum\":[%s]}"
                .formatted(IntStream.range(0, 5_000)
                        .mapToObj(i -> "\"text number %d\"".formatted(7_919 * i % 5_000))
                        .collect(Collectors.joining(","))));

        grammars.of(small);
        assertThat(executed).hasValue(0);
        Grammar compiled = grammars.of(large);
        assertThat(grammars.of(large)).isSameAs(compiled);
        assertThat(executed).hasValue(1);
        assertThat(Answers.allows(compiled, "\"text number 4999\"")).isTrue();
    }

    @Test
    void isRejectedWithoutWorkOnceItWasFoundTooComplex() {
        var executed = new AtomicInteger();
        Grammars grammars = new Grammars(Vocabularies.BYTES, counting(executed));
        var complex = new AnswerFormat.Regex("((a{1,30}b{1,30}){1,30}c){1,30}");

        for (int i = 0; i < 3; i++) {
            assertThatThrownBy(() -> grammars.of(complex))
                    .isInstanceOf(InvalidRequestException.class)
                    .hasMessageContaining("takes more than the limit of 50000000 steps");
        }
        assertThat(executed).hasValue(1);
    }

    private static Executor counting(AtomicInteger executed) {
        return work -> {
            executed.incrementAndGet();
            work.run();
        };
    }

    @Nested
    class OfAnyJson {

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "null",
                    "true",
                    "-0.5e10",
                    "\"a\\u00e9\\ud83d\\ude00\"",
                    "[]",
                    "{}",
                    "[1, 2]",
                    "{\"a\": [ {} ]}",
                    "\n{ }",
                    "{\n  \"a\": 1,\n  \"b\": 2\n}",
                    "\"\ud83d\ude00\"",
                    "[[[[]]]]"
                })
        void allowsJson(String text) {
            assertThat(Answers.allows(compile(new AnswerFormat.AnyJson()), text))
                    .isTrue();
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "", "nul", "01", "1.", "+1", "'a'", "\"a", "\"\t\"", "\"\\x\"", "\"\\ud83d\"", "\"\\ude00\"",
                            "[1,]",
                    "{a:1}", "{\"a\"}", "{\"a\":1,}", "[1 2]", "[", "]", "1 2", "{} ", "//", "NaN", "True", "\n\n\n1"
                })
        void rejectsWhatIsNotJson(String text) {
            assertThat(Answers.allows(compile(new AnswerFormat.AnyJson()), text))
                    .isFalse();
        }
    }

    @Nested
    class OfASchema {

        @ParameterizedTest
        @CsvSource(
                delimiter = ';',
                quoteCharacter = '`',
                value = {
                    "{\"a\":1}; true",
                    "{\"a\":1,\"b\":2}; true",
                    "{\"a\":1,\"b\":2,\"c\":3}; true",
                    "{\"a\":1,\"c\":3}; true",
                    "{\"b\":2}; false",
                    "{\"b\":2,\"a\":1}; false",
                    "{\"a\":1,\"a\":1}; false",
                    "{\"a\":1,\"d\":1}; false",
                    "{}; false",
                    "{\"\\u0061\":1}; false"
                })
        void keepsTheOrderOfDeclaredKeysAndSkipsOptionalOnes(String text, boolean allowed) {
            Grammar grammar = compile(
                    new AnswerFormat.JsonSchema("{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"integer\"},"
                            + "\"b\":{\"type\":\"integer\"},\"c\":{\"type\":\"integer\"}},\"required\":[\"a\"]}"));

            assertThat(Answers.allows(grammar, text)).isEqualTo(allowed);
        }

        @ParameterizedTest
        @CsvSource({"0, false", "1, true", "2, true", "3, false"})
        void countsCodePointsHoweverTheyAreWritten(int count, boolean allowed) {
            Grammar grammar =
                    compile(new AnswerFormat.JsonSchema("{\"type\":\"string\",\"minLength\":1,\"maxLength\":2}"));

            for (String character :
                    List.of("a", "\u00e9", "\u20ac", "\ud83d\ude00", "\\n", "\\u00e9", "\\ud83d\\ude00")) {
                assertThat(Answers.allows(grammar, "\"" + character.repeat(count) + "\""))
                        .as("%d times %s", count, character)
                        .isEqualTo(allowed);
            }
        }

        @Test
        void generatesUndeclaredMembersOnlyWhereTheSchemaMentionsThem() {
            String declared = "\"properties\":{\"a\":{\"type\":\"null\"}}";

            assertThat(allows("{\"type\":\"object\"}", "{\"x\":1}")).isTrue();
            assertThat(allows("{%s}".formatted(declared), "{\"x\":1}")).isFalse();
            assertThat(allows("{%s,\"additionalProperties\":true}".formatted(declared), "{\"a\":null,\"x\":1}"))
                    .isTrue();
            assertThat(allows("{%s,\"additionalProperties\":true}".formatted(declared), "{\"a\":1}"))
                    .isFalse();
            assertThat(allows("{%s,\"additionalProperties\":false}".formatted(declared), "{\"x\":1}"))
                    .isFalse();
        }

        @Test
        void listsValuesInTheirShortestForm() {
            String schema = "{\"enum\":[{\"a\":[1,\"\u00e9\"]},2.50]}";

            assertThat(allows(schema, "{\"a\":[1,\"\u00e9\"]}")).isTrue();
            assertThat(allows(schema, "{\"a\": [1,\"\u00e9\"]}")).isFalse();
            assertThat(allows(schema, "2.50")).isTrue();
        }

        @ParameterizedTest
        @ValueSource(strings = {"10:15:30", "10:15:30.5", "10:15:30Z", "10:15:30+02:00"})
        void hasTimesWithAndWithoutAnOffset(String time) {
            assertThat(allows("{\"type\":\"string\",\"format\":\"time\"}", "\"" + time + "\""))
                    .isTrue();
        }

        @ParameterizedTest
        @CsvSource({
            "P1D, true",
            "P2DT3H4M5S, true",
            "PT5M, true",
            "PT0S, true",
            "P1Y, false",
            "P1M, false",
            "P1Y2M3D, false",
            "P2W, false",
            "P, false",
            "PT, false"
        })
        void hasTheDurationsThatJavaReads(String text, boolean isDuration) {
            assertThat(allows("{\"type\":\"string\",\"format\":\"duration\"}", "\"" + text + "\""))
                    .isEqualTo(isDuration);
            if (isDuration) {
                assertThat(Duration.parse(text)).isNotNull();
            }
        }

        @Test
        void takesAnnotationsAndFormatsOfJavaTypesAsSpringAiWritesThem() {
            String schema =
                    "{\"$schema\":\"https://json-schema.org/draft/2020-12/schema\",\"type\":\"object\",\"title\":\"Film\","
                            + "\"properties\":{\"year\":{\"type\":\"integer\",\"format\":\"int32\",\"description\":\"of release\"}},"
                            + "\"additionalProperties\":false,\"required\":[\"year\"]}";

            assertThat(allows(schema, "{\"year\":2147483647}")).isTrue();
            assertThat(allows(schema, "{\"year\":2147483648}")).isFalse();
        }

        @Test
        void hasOneRuleForAllReferencesToASchema() {
            String members = IntStream.range(0, 60)
                    .mapToObj("\"m%1$d\":{\"$ref\":\"#/$defs/d%1$d\"}"::formatted)
                    .collect(Collectors.joining(","));
            String definitions = IntStream.range(0, 60)
                    .mapToObj(i -> "\"d%d\":{\"type\":\"object\",\"properties\":{%s}}".formatted(i, members))
                    .collect(Collectors.joining(","));
            String schema = "{\"$ref\":\"#/$defs/d0\",\"$defs\":{%s}}".formatted(definitions);

            assertThat(allows(schema, "{\"m7\":{\"m3\":{}},\"m59\":{\"m59\":{\"m0\":{}}}}"))
                    .isTrue();
            assertThat(allows(schema, "{\"m7\":{\"m60\":{}}}")).isFalse();
        }

        private boolean allows(String schema, String text) {
            return Answers.allows(compile(new AnswerFormat.JsonSchema(schema)), text);
        }
    }

    @Nested
    class OfARegularExpressionOrChoices {

        @Test
        void matchesTheWholeText() {
            Grammar grammar = compile(new AnswerFormat.Regex("[a-c]{2}\u00e9?"));

            assertThat(Answers.allows(grammar, "ab")).isTrue();
            assertThat(Answers.allows(grammar, "ab\u00e9")).isTrue();
            assertThat(Answers.allows(grammar, "abc")).isFalse();
            assertThat(Answers.allows(grammar, " ab")).isFalse();
        }

        @Test
        void allowsTheChoicesAndNothingElse() {
            Grammar grammar = compile(new AnswerFormat.Choices(List.of("yes", "yesterday", "\ud83d\ude00")));

            for (String text : List.of("yes", "yesterday", "\ud83d\ude00")) {
                assertThat(Answers.allows(grammar, text)).as(text).isTrue();
            }
            for (String text : List.of("", "ye", "yesyes", "Yes", "yester")) {
                assertThat(Answers.allows(grammar, text)).as(text).isFalse();
            }
        }
    }
}
