package dev.tidar.text.answer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidar.api.Answer;
import dev.tidar.api.ToolCall;
import dev.tidar.api.ToolCallAtLimitException.PartialCall;
import dev.tidar.text.answer.AnswerSyntax.Thoughts;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A parsed answer")
class AnswerParserTest {

    private static final String WEATHER = "{\"name\": \"weather\", \"arguments\": {\"city\": \"Paris\"}}";
    private static final String TIME = "{\"name\": \"time\", \"arguments\": {}}";
    private static final String HERMES = "<tool_call>\n" + WEATHER + "\n</tool_call>";

    @Nested
    class OfHermes {

        @Test
        void hasTheCallAndTheTextBeforeIt() {
            assertThat(hermes("Let me look.\n" + HERMES))
                    .isEqualTo("text(Let me look.) call(weather {\"city\":\"Paris\"})");
        }

        @Test
        void hasCallsOneAfterTheOther() {
            assertThat(hermes(HERMES + "\n<tool_call>" + TIME + "</tool_call>\n"))
                    .isEqualTo("call(weather {\"city\":\"Paris\"}) call(time {})");
        }

        @Test
        void hasTheCallsOfAnArray() {
            assertThat(hermes("<tool_call>[" + WEATHER + ", " + TIME + "]</tool_call>"))
                    .isEqualTo("call(weather {\"city\":\"Paris\"}) call(time {})");
        }

        @Test
        void hasTheTextAfterACall() {
            assertThat(hermes(HERMES + "\n\nDone. ")).isEqualTo("call(weather {\"city\":\"Paris\"}) text(Done. )");
        }

        @Test
        void hasACallWhoseClosingTagNeverCame() {
            assertThat(hermes("<tool_call>" + TIME)).isEqualTo("call(time {})");
        }

        @Test
        void hasACallThatSpellsTagsInItsArguments() {
            assertThat(hermes(
                            "<tool_call>{\"name\": \"time\", \"arguments\": {\"a\": \"</tool_call><tool_call>}\\\"\"}}"
                                    + "</tool_call>"))
                    .isEqualTo("call(time {\"a\":\"</tool_call><tool_call>}\\\"\"})");
        }

        @Test
        void keepsNumbersAsTheyWereWritten() {
            assertThat(
                            hermes(
                                    "<tool_call>{\"name\": \"time\", \"arguments\": {\"a\": 1.10, \"b\": 12345678901234567890123}}"))
                    .isEqualTo("call(time {\"a\":1.10,\"b\":12345678901234567890123})");
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "<tool_call>",
                    "<tool_call>\n",
                    "<tool_call>{\"name\": \"wea",
                    "<tool_call>{\"name\": \"weather\", \"arguments\": {\"city\": \"Paris\"}",
                    "<tool_call>not json</tool_call>",
                    "<tool_call>{'name': 'weather', 'arguments': {}}</tool_call>",
                    "<tool_call>{\"name\": \"nobody\", \"arguments\": {}}</tool_call>",
                    "<tool_call>{\"name\": 1, \"arguments\": {}}</tool_call>",
                    "<tool_call>{\"name\": \"weather\", \"arguments\": \"{}\"}</tool_call>",
                    "<tool_call>{\"name\": \"weather\", \"arguments\": [1]}</tool_call>",
                    "<tool_call>{\"arguments\": {}}</tool_call>",
                    "<tool_call>[]</tool_call>",
                    "<tool_call>[{\"name\": \"time\"}, {\"name\": \"nobody\"}]</tool_call>",
                    "<tool_call>01</tool_call>",
                    "</tool_call>",
                    "<tool_cal",
                    "<tool_cal>",
                    "<<tool_calls>",
                    "a < b <t",
                    "<think>no thoughts here</think>",
                    "  \n ",
                    ""
                })
        void isTextWhereItOnlyLooksLikeACall(String text) {
            assertThat(hermes(text)).isEqualTo(text.isEmpty() ? "" : "text(" + text + ")");
        }

        @Test
        void hasTheCallAfterABrokenOne() {
            assertThat(hermes("<tool_call>{oops <tool_call>" + TIME + "</tool_call>"))
                    .isEqualTo("text(<tool_call>{oops) call(time {})");
        }

        @Test
        void holdsBackNoTextThatCannotBeATag() {
            AnswerParser parser = parser(ToolSyntax.HERMES, Thoughts.NONE);

            assertThat(Answer.of(parser.accept("a <tool")).text()).isEqualTo("a");
            assertThat(Answer.of(parser.accept("s> b")).text()).isEqualTo(" <tools> b");
        }

        @Test
        void hasACallAtItsLastBrace() {
            AnswerParser parser = parser(ToolSyntax.HERMES, Thoughts.NONE);

            assertThat(parser.accept("<tool_call>" + TIME.substring(0, TIME.length() - 1)))
                    .isEmpty();
            assertThat(parser.accept("}")).hasSize(1);
            assertThat(parser.accept("</tool_call>")).isEmpty();
            assertThat(parser.finish()).isEmpty();
        }

        @Test
        void emitsACallThatIsTooLongAsText() {
            String text = "<tool_call>{\"name\": \"" + "x".repeat(AnswerParser.MAX_CALL_CHARACTERS) + "\"}</tool_call>";

            assertThat(hermes(text)).isEqualTo("text(" + text + ")");
        }

        @Test
        void takesTheLastOfMembersWithOneName() {
            String call =
                    "<tool_call>{\"name\": \"weather\", \"arguments\": {\"city\": \"Rome\", \"city\": \"Paris\"}}";

            assertThat(Answer.of(parser(ToolSyntax.HERMES, Thoughts.NONE).accept(call))
                            .toolCalls())
                    .extracting(ToolCall::arguments)
                    .containsExactly("{\"city\":\"Paris\"}");
        }

        @Test
        void givesIdsThatDiffer() {
            AnswerParser parser = parser(ToolSyntax.HERMES, Thoughts.NONE);

            List<ToolCall> calls = Answer.of(parser.accept(HERMES.repeat(100))).toolCalls();

            assertThat(calls).hasSize(100);
            assertThat(calls.stream().map(ToolCall::id))
                    .doesNotHaveDuplicates()
                    .allMatch(id -> id.matches("[A-Za-z0-9]{9}"));
        }
    }

    @Nested
    class OfLlama {

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "{\"name\": \"weather\", \"parameters\": {\"city\": \"Paris\"}}",
                    "\n {\"type\": \"function\", \"name\": \"weather\", \"parameters\": {\"city\": \"Paris\"}}\n",
                    "<|python_tag|>{\"name\": \"weather\", \"arguments\": {\"city\": \"Paris\"}}"
                })
        void hasTheCallThatItBeginsWith(String text) {
            assertThat(parsed(ToolSyntax.LLAMA, text)).isEqualTo("call(weather {\"city\":\"Paris\"})");
        }

        @Test
        void hasCallsThatSemicolonsSeparate() {
            String call = "{\"name\": \"time\", \"parameters\": {}}";

            assertThat(parsed(ToolSyntax.LLAMA, call + "; " + call + ";\n" + call))
                    .isEqualTo("call(time {}) call(time {}) call(time {})");
            assertThat(parsed(ToolSyntax.LLAMA, call + "; and more")).isEqualTo("call(time {}) text(; and more)");
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "{\"name\": \"Bob\", \"parameters\": {}}",
                    "So: {\"name\": \"time\", \"parameters\": {}}",
                    "{\"age\": 1, \"name\": \"time\"}",
                    "[{\"name\": \"time\"}]",
                    "{not json}",
                    "{",
                    "<|python_tag|>time.call()",
                    "<|python"
                })
        void isTextWhereItOnlyLooksLikeACall(String text) {
            assertThat(parsed(ToolSyntax.LLAMA, text)).isEqualTo("text(" + text + ")");
        }

        @Test
        void holdsOtherJsonBackUpToItsFirstKeyOnly() {
            AnswerParser parser = parser(ToolSyntax.LLAMA, Thoughts.NONE);

            assertThat(parser.accept("{\"age\"")).containsExactly(new Answer.Text("{\"age\""));
        }
    }

    @Nested
    class OfMistral {

        @Test
        void hasTheCallsOfItsArray() {
            assertThat(parsed(ToolSyntax.MISTRAL, "[TOOL_CALLS] [" + WEATHER + ", " + TIME + "]"))
                    .isEqualTo("call(weather {\"city\":\"Paris\"}) call(time {})");
        }

        @ParameterizedTest
        @ValueSource(
                strings = {"[TOOL_CALLS]", "[TOOL_CALLS]get", "[TOOL", "[1, 2]", "[TOOL_CALLS][{\"name\": \"x\"}]"})
        void isTextWhereItOnlyLooksLikeACall(String text) {
            assertThat(parsed(ToolSyntax.MISTRAL, text)).isEqualTo("text(" + text + ")");
        }
    }

    @Nested
    class WithThoughts {

        @ParameterizedTest
        @CsvSource(delimiter = '|', textBlock = """
                        MAY_COME | <think>\\nhm\\n</think>\\n\\nYes. | thought(hm) text(Yes.)
                        MAY_COME | \\n<think></think>Yes.           | text(Yes.)
                        MAY_COME | Yes <think>no</think>            | text(Yes <think>no</think>)
                        MAY_COME | <think>a</think><think>b         | thought(a) text(<think>b)
                        MAY_COME | <think>never closed <            | thought(never closed <)
                        MAY_COME | <thin                            | text(<thin)
                        OPEN     | \\nhm </th </think> Yes.         | thought(hm </th) text(Yes.)
                        OPEN     | hm                               | thought(hm)
                        OPEN     | <think>hm</think>                | thought(<think>hm)
                        NONE     | <think>hm</think>                | text(<think>hm</think>)
                        """)
        void keepsThemApart(Thoughts thoughts, String text, String expected) {
            assertThat(parsed(new AnswerSyntax(thoughts, Optional.empty(), Set.of()), text.replace("\\n", "\n")))
                    .isEqualTo(expected);
        }

        @Test
        void hasCallsAfterThemAndNoneInThem() {
            AnswerSyntax syntax = format(ToolSyntax.HERMES, Thoughts.MAY_COME);

            assertThat(parsed(syntax, "<think>" + HERMES + "</think>\n\n" + HERMES))
                    .isEqualTo("thought(" + HERMES + ") call(weather {\"city\":\"Paris\"})");
        }

        @Test
        void mayBeOneBareCall() {
            assertThat(parsed(format(ToolSyntax.LLAMA, Thoughts.OPEN), "hm</think>\n{\"name\": \"time\"}"))
                    .isEqualTo("thought(hm) call(time {})");
        }
    }

    /** Something else than the model ended it, such as the limit on tokens. */
    @Nested
    class ThatIsCut {

        @ParameterizedTest
        @CsvSource(delimiter = '!', textBlock = """
                        HERMES  ! Hm. <                                       ! text(Hm.)
                        HERMES  ! Hm. <tool_                                  ! text(Hm.)
                        HERMES  ! Hm. <tool_call>                             ! text(Hm.)
                        HERMES  ! Hm. <tool_call>{"name": "wea                ! text(Hm.)
                        HERMES  ! Hm. <tool_call>{"name": "time", "argume     ! text(Hm.)
                        HERMES  ! <tool_call>{"name": "time"}</tool_          ! call(time {})
                        HERMES  ! <tool_call>{"name": "time"}</tool_call><t   ! call(time {})
                        HERMES  ! <tool_call>{"name": "nobody", "x            ! text(<tool_call>{"name": "nobody", "x)
                        HERMES  ! a <b                                        ! text(a <b)
                        LLAMA   ! {"name": "time", "param                     ! ''
                        LLAMA   ! {"na                                        ! ''
                        LLAMA   ! {"name": "Lily", "age": 7                   ! text({"name": "Lily", "age": 7)
                        LLAMA   ! {"name": "Li                                ! text({"name": "Li)
                        LLAMA   ! {"age": 7                                   ! text({"age": 7)
                        LLAMA   ! Hm. <|python                                ! text(Hm.)
                        MISTRAL ! Hm. [TOOL                                   ! text(Hm.)
                        MISTRAL ! [TOOL_CALLS][{"name": "time"}, {"name": "ti ! ''
                        MISTRAL ! [1, 2                                       ! text([1, 2)
                        """)
        void hasNeitherHalfATagNorHalfACall(ToolSyntax syntax, String text, String expected) {
            AnswerParser parser = parser(syntax, Thoughts.NONE);
            List<Answer.Part> parts = new ArrayList<>(parser.accept(text));
            parts.addAll(parser.cut());

            assertThat(shown(parts)).isEqualTo(expected);
        }

        @ParameterizedTest
        @CsvSource(delimiter = '|', textBlock = """
                        MAY_COME | <thi           | ''
                        MAY_COME | <think>hm</thi | thought(hm)
                        OPEN     | hm </          | thought(hm)
                        OPEN     | hm</think> Yes | thought(hm) text(Yes)
                        """)
        void hasNoHalfTagOfThoughts(Thoughts thoughts, String text, String expected) {
            AnswerParser parser = new AnswerParser(new AnswerSyntax(thoughts, Optional.empty(), Set.of()), 1);
            List<Answer.Part> parts = new ArrayList<>(parser.accept(text));
            parts.addAll(parser.cut());

            assertThat(shown(parts)).isEqualTo(expected);
        }

        @Test
        void saysHowFarItsLastCallGot() {
            assertThat(partial("<tool_call>{\"name\": \"time\", \"argu"))
                    .contains(new PartialCall(Optional.of("time"), "<tool_call>{\"name\": \"time\", \"argu"));
            assertThat(partial("<tool_call>{\"name\": \"ti"))
                    .contains(new PartialCall(Optional.empty(), "<tool_call>{\"name\": \"ti"));
            assertThat(partial(HERMES + "<tool")).contains(new PartialCall(Optional.empty(), "<tool"));
            assertThat(partial(HERMES)).isEmpty();
            assertThat(partial("<tool_call>" + TIME + "</tool"))
                    .as("a whole call")
                    .isEmpty();
        }

        private static Optional<PartialCall> partial(String text) {
            AnswerParser parser = parser(ToolSyntax.HERMES, Thoughts.NONE);
            parser.accept(text);
            parser.cut();
            return parser.partialCall();
        }
    }

    @ParameterizedTest
    @EnumSource(ToolSyntax.class)
    void doesNotDependOnHowItsTextWasCut(ToolSyntax syntax) {
        for (long seed = 1; seed <= 400; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            Thoughts thoughts = Thoughts.values()[random.nextInt(3)];
            String text = randomAnswer(random);

            assertThat(inPieces(format(syntax, thoughts), text, random))
                    .as("seed %d: %s", seed, text)
                    .isEqualTo(parsed(format(syntax, thoughts), text));
        }
    }

    /** Apart from white space, tags and separators, all that the model wrote is in some part. */
    @ParameterizedTest
    @EnumSource(ToolSyntax.class)
    void losesNothingOfWhatTheModelWrote(ToolSyntax syntax) {
        for (long seed = 1; seed <= 400; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            String text = randomAnswer(random);
            AnswerParser parser = new AnswerParser(format(syntax, Thoughts.NONE), seed);
            List<Answer.Part> parts = new ArrayList<>(parser.accept(text));
            parts.addAll(parser.finish());
            int from = 0;
            for (Answer.Part part : parts) {
                String piece = part instanceof Answer.Text t
                        ? t.text().strip()
                        : "\"" + ((Answer.Call) part).call().name() + "\"";
                int at = text.indexOf(piece, from);
                assertThat(at).as("seed %d: %s has %s", seed, text, piece).isNotNegative();
                if (part instanceof Answer.Text) {
                    assertThat(text.substring(from, at)).doesNotContain("word");
                }
                from = at + piece.length();
            }
            assertThat(text.substring(from)).doesNotContain("word");
        }
    }

    private static String randomAnswer(SplittableRandom random) {
        List<String> pieces = List.of(
                "word ",
                "\n",
                " ",
                "<think>",
                "</think>",
                "<tool_call>",
                "</tool_call>",
                "<tool_",
                "<",
                ">",
                "{",
                "}",
                "[",
                "[TOOL_CALLS]",
                "[TOOL",
                "<|python_tag|>",
                "<|py",
                ";",
                WEATHER,
                TIME,
                "{\"name\": \"time\"}",
                "{\"name\": \"x\"}",
                "\uD83D\uDE00",
                "\"",
                "\\",
                HERMES,
                "[" + TIME + "]");
        return Stream.generate(() -> pieces.get(random.nextInt(pieces.size())))
                .limit(random.nextInt(12))
                .collect(Collectors.joining());
    }

    private static String hermes(String text) {
        return parsed(ToolSyntax.HERMES, text);
    }

    private static String parsed(ToolSyntax syntax, String text) {
        return parsed(format(syntax, Thoughts.NONE), text);
    }

    private static String parsed(AnswerSyntax syntax, String text) {
        AnswerParser parser = new AnswerParser(syntax, 1);
        List<Answer.Part> parts = new ArrayList<>(parser.accept(text));
        parts.addAll(parser.finish());
        return shown(parts);
    }

    private static String inPieces(AnswerSyntax syntax, String text, SplittableRandom random) {
        AnswerParser parser = new AnswerParser(syntax, 1);
        List<Answer.Part> parts = new ArrayList<>();
        int from = 0;
        while (from < text.length()) {
            int to = Math.min(text.length(), from + random.nextInt(4));
            parts.addAll(parser.accept(text.substring(from, to)));
            from = to;
        }
        parts.addAll(parser.finish());
        return shown(parts);
    }

    private static AnswerParser parser(ToolSyntax syntax, Thoughts thoughts) {
        return new AnswerParser(format(syntax, thoughts), 1);
    }

    private static AnswerSyntax format(ToolSyntax syntax, Thoughts thoughts) {
        return new AnswerSyntax(thoughts, Optional.of(syntax), Set.of("weather", "time"));
    }

    /** The parts, with neighbouring pieces joined, for example {@code text(a) call(time {})}. */
    private static String shown(List<Answer.Part> parts) {
        StringBuilder shown = new StringBuilder();
        for (Answer.Part part : parts) {
            String kind = part instanceof Answer.Text ? "text" : part instanceof Answer.Reasoning ? "thought" : "call";
            String body = part instanceof Answer.Text t
                    ? t.text()
                    : part instanceof Answer.Reasoning r
                            ? r.text()
                            : ((Answer.Call) part).call().name() + " "
                                    + ((Answer.Call) part).call().arguments();
            int open = shown.lastIndexOf("\u0001");
            boolean joins = !kind.equals("call")
                    && open >= 0
                    && shown.substring(open + 1).startsWith(kind + "(");
            if (joins) {
                shown.setLength(shown.length() - 1);
                shown.append(body).append(')');
            } else {
                shown.append(shown.isEmpty() ? "\u0001" : " \u0001")
                        .append(kind)
                        .append('(')
                        .append(body)
                        .append(')');
            }
        }
        return shown.toString().replace("\u0001", "");
    }
}
