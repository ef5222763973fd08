package dev.tidar.text.grammar;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidar.api.Answer;
import dev.tidar.api.AnswerFormat;
import dev.tidar.api.Tool;
import dev.tidar.api.ToolCall;
import dev.tidar.api.Tools;
import dev.tidar.api.Tools.AtLimit;
import dev.tidar.api.Tools.Choice;
import dev.tidar.text.answer.AnswerParser;
import dev.tidar.text.answer.AnswerSyntax;
import dev.tidar.text.answer.AnswerSyntax.Thoughts;
import dev.tidar.text.answer.StructuralTags;
import dev.tidar.text.answer.ToolSyntax;
import dev.tidar.text.grammar.vocabulary.Vocabulary;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Generates answers of models that would rather write something else, and reads them with the parser of the engine. */
@DisplayName("An answer with structural tags")
class StructuralTagsGrammarTest {

    private static final int SEEDS = 30;

    private static final Tool TIME = new Tool("time", "", "{}");
    private static final Tool WEATHER = new Tool("weather.now", "", """
            {"properties": {"city": {"enum": ["Paris", "Rome"]}, "days": {"type": "integer", "minimum": 1, "maximum": 9}},
             "required": ["city"], "additionalProperties": false}
            """);

    private static final AnswerFormat POINT = new AnswerFormat.JsonSchema("""
            {"type": "object", "properties": {"x": {"type": "integer"}, "s": {"type": "string", "maxLength": 40}},
             "required": ["x", "s"], "additionalProperties": false}
            """);

    private static final AnswerFormat LONG = new AnswerFormat.JsonSchema("{\"type\": \"string\", \"minLength\": 120}");

    /** A vocabulary of pieces of calls, tags as single tokens, and bytes. */
    private static final Vocabulary TAGS = vocabulary(
            List.of("<tool_call>", "</tool_call>", "<|python_tag|>", "[TOOL_CALLS]", "<think>", "</think>"),
            List.of(
                    "{\"name\": \"",
                    "\", \"arguments\": {",
                    "\", \"parameters\": {",
                    "time",
                    "weather",
                    ".now",
                    "\"city\": \"",
                    "Paris",
                    "\"}}",
                    "}}",
                    "\n",
                    " {\"",
                    "<tool",
                    "call",
                    ">\n",
                    "[TOOL",
                    "think>",
                    "</",
                    "\": \"time\"",
                    "name"));

    /** A similar vocabulary in which tags are text. */
    private static final Vocabulary TEXT = vocabulary(
            List.of(),
            List.of(
                    "{\"name\": \"",
                    "\", \"arguments\": {",
                    "time",
                    "<tool",
                    "_call>",
                    "_call>\n",
                    "</tool",
                    "[TOOL",
                    "_CALLS]",
                    "_CALLS][",
                    "<|python",
                    "_tag|>",
                    "<think",
                    "></",
                    "think>"));

    /** Compiled once for all seeds, as an engine does. */
    private static final Map<Vocabulary, Grammars> GRAMMARS = new ConcurrentHashMap<>();

    static Stream<Arguments> syntaxes() {
        return Stream.of(ToolSyntax.values())
                .flatMap(syntax -> Stream.of(Arguments.of(syntax, TAGS), Arguments.of(syntax, TEXT)));
    }

    @Nested
    class ThatMustCallTools {

        @ParameterizedTest
        @MethodSource("dev.tidar.text.grammar.StructuralTagsGrammarTest#syntaxes")
        void isNothingButCallsWithArgumentsThatValidate(ToolSyntax syntax, Vocabulary vocabulary) {
            Asked asked = new Asked(syntax, Thoughts.NONE, Choice.REQUIRED, Optional.empty());
            for (int seed = 0; seed < SEEDS; seed++) {
                Answer answer = asked.answer(vocabulary, 200, seed);

                assertThat(answer.text()).isEmpty();
                assertThat(answer.toolCalls()).isNotEmpty();
            }
        }

        @ParameterizedTest
        @MethodSource("dev.tidar.text.grammar.StructuralTagsGrammarTest#syntaxes")
        void isOneCallWhereOneToolIsNamed(ToolSyntax syntax, Vocabulary vocabulary) {
            Asked asked = new Asked(syntax, Thoughts.NONE, Choice.of("weather.now"), Optional.empty());
            for (int seed = 0; seed < SEEDS; seed++) {
                Answer answer = asked.answer(vocabulary, 200, seed);

                assertThat(answer.text()).isEmpty();
                assertThat(answer.toolCalls()).extracting(ToolCall::name).containsExactly("weather.now");
            }
        }

        @ParameterizedTest
        @EnumSource(names = {"MAY_COME", "OPEN"})
        void mayThinkBefore(Thoughts thoughts) {
            Asked asked = new Asked(ToolSyntax.HERMES, thoughts, Choice.REQUIRED, Optional.empty());
            boolean thought = false;
            for (int seed = 0; seed < SEEDS; seed++) {
                Answer answer = asked.answer(TAGS, 300, seed);

                assertThat(answer.text()).isEmpty();
                assertThat(answer.toolCalls()).isNotEmpty();
                thought |= !answer.reasoning().isEmpty();
            }
            assertThat(thought).isTrue();
        }

        @Test
        void isCompleteAtTheSmallestBudget() {
            Asked asked = new Asked(ToolSyntax.HERMES, Thoughts.MAY_COME, Choice.REQUIRED, Optional.empty());
            int shortest = asked.grammar(TAGS).start().shortestCompletion();
            for (int seed = 0; seed < SEEDS; seed++) {
                assertThat(asked.answer(TAGS, shortest + seed % 3, seed).toolCalls())
                        .isNotEmpty();
            }
        }
    }

    @Nested
    class ThatMayCallTools {

        @ParameterizedTest
        @MethodSource("dev.tidar.text.grammar.StructuralTagsGrammarTest#syntaxes")
        void callsNothingWithArgumentsThatDoNotValidate(ToolSyntax syntax, Vocabulary vocabulary) {
            Asked asked = new Asked(syntax, Thoughts.NONE, Choice.AUTO, Optional.empty());
            int calls = 0;
            for (int seed = 0; seed < 4 * SEEDS; seed++) {
                calls += asked.answer(vocabulary, 120, seed).toolCalls().size();
            }
            assertThat(calls).as("the test means nothing without calls").isPositive();
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "It is late.",
                    "{\"name\": \"Lily\"}",
                    "{\"x\": [1, 2]}",
                    "a <tool_cal> b",
                    "\u00e9t\u00e9 \ud83d\ude00",
                    "<<tool_call",
                    "[TOOL_CALL]"
                })
        void isAnyTextThatIsNoCall(String text) {
            for (ToolSyntax syntax : ToolSyntax.values()) {
                Grammar grammar =
                        new Asked(syntax, Thoughts.NONE, Choice.AUTO, Optional.empty()).grammar(Vocabularies.BYTES);

                assertThat(Answers.allows(grammar, text)).as(syntax.toString()).isTrue();
            }
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "<tool_call>no JSON",
                    "Well. <tool_call>\n{\"name\": \"other\"",
                    "<tool_call>{\"name\": \"weather.now\", \"arguments\": {\"city\": \"London\"",
                    "<tool_call>{\"name\": \"time\", \"arguments\": {}} and so on",
                })
        void breaksOffNoCall(String text) {
            Grammar grammar = new Asked(ToolSyntax.HERMES, Thoughts.NONE, Choice.AUTO, Optional.empty())
                    .grammar(Vocabularies.BYTES);

            assertThat(Answers.allows(grammar, text)).isFalse();
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "{\"name\": \"weather.now\", \"parameters\": {\"city\": \"London\"}}",
                    "{\"name\": \"time\", \"arguments\": {}}",
                    "<|python_tag|>{\"name\": \"other\"",
                    "Well. <|python_tag|>import os",
                })
        void breaksOffNoCallThatNeedsNoTag(String text) {
            Grammar grammar = new Asked(ToolSyntax.LLAMA, Thoughts.NONE, Choice.AUTO, Optional.empty())
                    .grammar(Vocabularies.BYTES);

            assertThat(Answers.allows(grammar, text)).isFalse();
        }

        @Test
        void isAnyTextUntilTheModelEndsIt() {
            Grammar grammar = new Asked(ToolSyntax.HERMES, Thoughts.NONE, Choice.AUTO, Optional.empty()).grammar(TAGS);

            assertThat(grammar.start().isAccepting()).isTrue();
            assertThat(grammar.start().isComplete()).isFalse();
            assertThat(grammar.start().mask(1).count())
                    .as("all but the tag, bytes 0xFF and gaps")
                    .isGreaterThan(255);
        }
    }

    @Nested
    class WithAFormat {

        @ParameterizedTest
        @MethodSource("dev.tidar.text.grammar.StructuralTagsGrammarTest#syntaxes")
        void callsToolsOrIsAValueOfTheFormat(ToolSyntax syntax, Vocabulary vocabulary) {
            Asked asked = new Asked(syntax, Thoughts.NONE, Choice.AUTO, Optional.of(POINT));
            int calls = 0;
            int values = 0;
            for (int seed = 0; seed < 2 * SEEDS; seed++) {
                Answer answer = asked.answer(vocabulary, 200, seed);
                boolean called = !answer.toolCalls().isEmpty();
                boolean valued = !answer.text().isEmpty(); // a call that was cut is neither
                if (called) {
                    assertThat(answer.text()).isEmpty();
                } else if (valued) {
                    assertThat(Answers.faults(
                                    Answers.validator(((AnswerFormat.JsonSchema) POINT).text()), answer.text()))
                            .as(answer.text())
                            .isEmpty();
                }
                calls += called ? 1 : 0;
                values += valued ? 1 : 0;
            }
            assertThat(calls).isPositive();
            assertThat(values).isPositive();
        }

        @Test
        void isLedToItsEndWhileACallIsCut() {
            Grammar grammar = new Asked(ToolSyntax.HERMES, Thoughts.NONE, Choice.AUTO, Optional.of(POINT))
                    .grammar(Vocabularies.BYTES);
            GrammarState value = after(grammar, "{\"x\": 12");
            GrammarState call = after(grammar, "<tool_call>{\"name\": \"weather.now\", \"arguments\": {\"city\": \"P");

            assertThat(value.mayBeCut()).isFalse();
            assertThat(value.isNarrowed(value.mask(value.shortestCompletion()), steps -> {}))
                    .isTrue();
            assertThat(call.mayBeCut()).isTrue();
            assertThat(call.isNarrowed(call.mask(1), steps -> {})).isFalse();
            assertThat(call.mask(1).allows('a')).isTrue();
        }

        @Test
        void isRejectedWhereOnlyACallFits() {
            Grammar grammar = new Asked(ToolSyntax.HERMES, Thoughts.NONE, Choice.AUTO, Optional.of(LONG))
                    .grammar(Vocabularies.BYTES);

            assertThat(grammar.start().shortestCompletion()).isEqualTo(122);
            assertThat(grammar.start().mask(50).allows('<')).isTrue();
            assertThat(grammar.start().mask(50).allows('"')).isFalse();
        }

        @Test
        void comesAfterThoughts() {
            AnswerFormat choices = new AnswerFormat.Choices(List.of("yes", "no"));
            Grammar grammar = new Asked(ToolSyntax.HERMES, Thoughts.OPEN, Choice.NONE, Optional.of(choices))
                    .grammar(Vocabularies.BYTES);

            assertThat(Answers.allows(grammar, "Hm {\"no\"</think>\n\nyes")).isTrue();
            assertThat(Answers.allows(grammar, "yes")).isFalse();
            assertThat(Answers.allows(grammar, "</think>maybe")).isFalse();
        }
    }

    /** A request. */
    private record Asked(ToolSyntax calls, Thoughts thoughts, Choice choice, Optional<AnswerFormat> format) {

        private Tools tools() {
            return new Tools(List.of(TIME, WEATHER), choice, AtLimit.HAND_OVER);
        }

        private AnswerSyntax syntax() {
            Set<String> names = tools().callable().stream().map(Tool::name).collect(Collectors.toSet());
            AnswerSyntax syntax =
                    new AnswerSyntax(thoughts, names.isEmpty() ? Optional.empty() : Optional.of(calls), names);
            return format.isPresent() ? syntax.withFormat() : syntax;
        }

        Grammar grammar(Vocabulary vocabulary) {
            StructuralTags tags = StructuralTags.of(syntax(), tools(), format).orElseThrow();
            return GRAMMARS.computeIfAbsent(vocabulary, Grammars::new).of(tags);
        }

        /** What the parser finds in an answer of a model that prefers tags and JSON, and is noise otherwise. */
        Answer answer(Vocabulary vocabulary, int budget, long seed) {
            AnswerParser parser = new AnswerParser(syntax(), seed);
            var parts =
                    new java.util.ArrayList<>(parser.accept(generate(vocabulary, grammar(vocabulary), budget, seed)));
            parts.addAll(parser.cut());
            Answer answer = Answer.of(parts);
            for (ToolCall call : answer.toolCalls()) {
                String schema = tools().callable().stream()
                        .filter(tool -> tool.name().equals(call.name()))
                        .findFirst()
                        .orElseThrow()
                        .parameters();
                assertThat(Answers.faults(Answers.validator(schema), call.arguments()))
                        .as(call.toString())
                        .isEmpty();
            }
            return answer;
        }
    }

    private static GrammarState after(Grammar grammar, String text) {
        GrammarState state = grammar.start();
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            state = state.advance(b & 0xff).orElseThrow();
        }
        return state;
    }

    private static String generate(Vocabulary vocabulary, Grammar grammar, int budget, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        StringBuilder answer = new StringBuilder();
        GrammarState state = grammar.start();
        for (int left = budget; left > 0 && !state.isComplete(); left--) {
            TokenMask mask = state.mask(left);
            int best = -1;
            double highest = Double.NEGATIVE_INFINITY;
            for (int id = mask.next(0); id >= 0; id = mask.next(id + 1)) {
                int length = vocabulary.bytes(id).length;
                double score = random.nextDouble() * (vocabulary.isStop(id) ? 1 : length > 1 ? 3 : 2);
                if (score > highest) {
                    highest = score;
                    best = id;
                }
            }
            assertThat(best).as("a token after %s", answer).isNotNegative();
            if (vocabulary.isStop(best)) {
                break;
            }
            answer.append(new String(vocabulary.bytes(best), StandardCharsets.ISO_8859_1));
            state = state.advance(best).orElseThrow();
        }
        assertThat(state.isAccepting() || state.mayBeCut())
                .as("complete: %s", answer)
                .isTrue();
        return new String(
                answer.toString().replace("\u00ff", "").getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
    }

    /** A vocabulary of all bytes, a stop id, tokens with names, and tokens of text. */
    private static Vocabulary vocabulary(List<String> names, List<String> texts) {
        byte[][] tokens = new byte[257 + names.size() + texts.size()][0];
        for (int b = 0; b < 256; b++) {
            tokens[b] = new byte[] {(byte) b};
        }
        Map<String, Integer> named = new HashMap<>();
        names.forEach(name -> named.put(name, 257 + named.size()));
        for (int i = 0; i < texts.size(); i++) {
            tokens[257 + names.size() + i] = texts.get(i).getBytes(StandardCharsets.UTF_8);
        }
        return new Vocabulary(tokens, named, new int[] {256});
    }
}
