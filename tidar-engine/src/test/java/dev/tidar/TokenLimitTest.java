package dev.tidar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidar.api.Answer;
import dev.tidar.api.AnswerFormat;
import dev.tidar.api.ChatMessage;
import dev.tidar.api.ClosedByLimit;
import dev.tidar.api.DecodeMode;
import dev.tidar.api.Decoding;
import dev.tidar.api.EngineOptions;
import dev.tidar.api.FinishReason;
import dev.tidar.api.GenerationListener;
import dev.tidar.api.GenerationRequest;
import dev.tidar.api.GenerationResult;
import dev.tidar.api.InvalidRequestException;
import dev.tidar.api.Prompt;
import dev.tidar.api.TidarException;
import dev.tidar.api.TokenChunk;
import dev.tidar.api.Tool;
import dev.tidar.api.ToolCall;
import dev.tidar.api.ToolCallAtLimitException;
import dev.tidar.api.Tools;
import dev.tidar.api.Tools.AtLimit;
import dev.tidar.api.Tools.Choice;
import dev.tidar.text.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Models that want to pay 125000 to Anna Bergstrom, cut after every number of tokens. Whatever comes of it, it is never
 * another payment.
 */
@DisplayName("An answer that its limit on tokens ends")
class TokenLimitTest {

    private static final Tool PAY = new Tool("pay", "Pays.", """
            {"properties": {"to": {"type": "string"}, "cents": {"type": "integer"}, "note": {"type": "string"}},
             "required": ["to", "cents"], "additionalProperties": false}""");
    private static final String ARGUMENTS = "{\"to\":\"Anna Bergstrom\",\"cents\":125000}";
    private static final String VALUE = "{\"to\": \"Anna Bergstrom\", \"cents\": 125000}";
    private static final AnswerFormat PAYMENT = new AnswerFormat.JsonSchema(PAY.parameters());

    /** How a family of models writes a call. */
    enum Family {
        HERMES("<tool_call>\n{\"name\": \"pay\", \"arguments\": " + VALUE + "}\n</tool_call>", ""),
        HERMES_WITH_TAGS_AS_TOKENS(HERMES.call, ""),
        LLAMA("{\"name\": \"pay\", \"parameters\": " + VALUE + "}", "{\"name\": \"%s\", \"parameters\": %s}"),
        LLAMA_WITH_A_TAG("<|python_tag|>" + LLAMA.call, LLAMA.template),
        MISTRAL(
                "[TOOL_CALLS][{\"name\": \"pay\", \"arguments\": " + VALUE + "}]",
                "[TOOL_CALLS][{\"name\": \"%s\", \"arguments\": %s}]");

        private final String call;
        private final String template;

        Family(String call, String template) {
            this.call = call;
            this.template = template;
        }

        /** A chat template; one that knows no tools is that of Hermes. */
        String template() {
            String message = template.isEmpty()
                    ? "{{ message.content }}"
                    : "{% if message.tool_calls %}"
                            + template.formatted(
                                    "{{ message.tool_calls[0].function.name }}",
                                    "{{ message.tool_calls[0].function.arguments | tojson }}")
                            + "{% else %}{{ message.content }}{% endif %}";
            return (template.isEmpty() ? "" : "{% if tools %}{{ tools | tojson }}{% endif %}")
                    + "{% for message in messages %}" + message + "{% endfor %}" + ScriptedModel.ANSWER;
        }
    }

    /** An engine and the model in it. */
    private record Loaded(TidarEngine engine, ScriptedModel model) {}

    /** What came of a request: a result or a failure, and the parts that were streamed. */
    private record Outcome(Optional<GenerationResult> result, Optional<TidarException> failure, Answer streamed) {

        Answer answer() {
            return result.orElseThrow().answer();
        }

        List<String> calls() {
            return streamed.toolCalls().stream().map(ToolCall::arguments).toList();
        }
    }

    private static final Map<Family, Loaded> ENGINES = new EnumMap<>(Family.class);

    @TempDir
    private static Path temp;

    private static Loaded thinker;

    @BeforeAll
    static void load() throws IOException {
        for (Family family : Family.values()) {
            Path folder = temp.resolve(family.name());
            ChatFolder.write(folder, "");
            if (family == Family.HERMES_WITH_TAGS_AS_TOKENS) {
                ChatFolder.rename(folder, Map.of(ChatFolder.OPEN, "<tool_call>", ChatFolder.CLOSE, "</tool_call>"));
            }
            ENGINES.put(family, load(folder, family.template()));
        }
        Path folder = temp.resolve("thinker");
        ChatFolder.write(folder, "");
        thinker = load(folder, Family.HERMES.template() + "{% if enable_thinking %}<think>{% endif %}");
    }

    private static Loaded load(Path folder, String template) throws IOException {
        Files.writeString(folder.resolve("chat_template.jinja"), template);
        try (Tokenizer tokenizer = Tokenizer.load(folder).orElseThrow()) {
            ScriptedModel model = new ScriptedModel(tokenizer);
            TidarEngine engine = TidarEngine.load(
                    EngineOptions.builder(folder).threads(1).build(), System::nanoTime, network -> model);
            return new Loaded(engine, model);
        }
    }

    @AfterAll
    static void close() {
        ENGINES.values().forEach(loaded -> loaded.engine.close());
        thinker.engine.close();
    }

    static Stream<Arguments> familiesAndModes() {
        return Stream.of(Family.values())
                .flatMap(family -> Stream.of(DecodeMode.AUTOREGRESSIVE, DecodeMode.TWO_PASS, DecodeMode.SINGLE_PASS)
                        .map(mode -> Arguments.of(family, mode)));
    }

    @Nested
    class ThatMayCall {

        @ParameterizedTest
        @MethodSource("dev.tidar.TokenLimitTest#familiesAndModes")
        void hasTheCallOfTheModelOrNone(Family family, DecodeMode mode) throws InterruptedException {
            String lead = family == Family.LLAMA ? "" : "Sure.";
            Loaded loaded = ENGINES.get(family);
            int length = loaded.model.write(lead + family.call).size();
            int calls = 0;
            for (int n = 1; n <= length; n++) {
                Outcome outcome = run(loaded, tools(Choice.AUTO), n, mode);

                assertThat(outcome.answer()).as("%d tokens", n).isEqualTo(outcome.streamed);
                assertThat(outcome.calls()).as("%d tokens", n).isSubsetOf(ARGUMENTS);
                assertThat(lead).as("%d tokens", n).startsWith(outcome.answer().text());
                assertThat(outcome.result.orElseThrow().closedByLimit()).isEmpty();
                assertThat(outcome.result.orElseThrow().finishReason())
                        .isEqualTo(n < length ? FinishReason.LENGTH : FinishReason.TOOL_CALLS);
                calls += outcome.calls().size();
            }
            assertThat(calls).as("from its last brace on").isEqualTo(length - endOfJson(loaded, family, lead) + 1);
        }

        /** Without a limit that would cut it, the answer is a prefix of the script. */
        @Test
        void isTheBeginningOfALongerOne() throws InterruptedException {
            Loaded loaded = ENGINES.get(Family.HERMES);
            List<Integer> script = loaded.model.write("Sure." + Family.HERMES.call);
            for (int n = 1; n <= script.size(); n++) {
                assertThat(run(loaded, tools(Choice.AUTO), n, DecodeMode.AUTO)
                                .result
                                .orElseThrow()
                                .tokens())
                        .isEqualTo(script.subList(0, n));
            }
        }
    }

    @Nested
    class ThatMustCall {

        @ParameterizedTest
        @MethodSource("dev.tidar.TokenLimitTest#familiesAndModes")
        void isTheCallOfTheModelOrAnErrorThatHasItsBeginning(Family family, DecodeMode mode)
                throws InterruptedException {
            Loaded loaded = ENGINES.get(family);
            int length = loaded.model.write(call(family)).size();
            int whole = endOfJson(loaded, family, "");
            for (int n = shortest(loaded, Choice.of("pay"), AtLimit.ERROR); n <= length; n++) {
                Outcome outcome = run(loaded, tools(Choice.of("pay")), n, mode);

                assertThat(outcome.calls()).as("%d tokens", n).isEqualTo(n < whole ? List.of() : List.of(ARGUMENTS));
                if (n < whole) {
                    var cut = (ToolCallAtLimitException) outcome.failure.orElseThrow();
                    assertThat(cut).hasMessageContaining("of pay").hasMessageContaining("max-tokens = " + n);
                    assertThat(cut.partialCall().tool()).contains("pay");
                    assertThat(call(family)).startsWith(cut.partialCall().text());
                } else {
                    assertThat(outcome.answer().text()).isEmpty();
                }
            }
        }

        @ParameterizedTest
        @MethodSource("dev.tidar.TokenLimitTest#familiesAndModes")
        void isAFlaggedCallWhereTheRequestAsksForOneInAnyCase(Family family, DecodeMode mode)
                throws InterruptedException {
            Loaded loaded = ENGINES.get(family);
            int length = loaded.model.write(call(family)).size();
            int closed = 0;
            for (int n = shortest(loaded, Choice.of("pay"), AtLimit.HAND_OVER); n <= length + 40; n++) {
                Outcome outcome =
                        run(loaded, tools(Choice.of("pay")).withAtLimit(AtLimit.HAND_OVER), n, mode);
                GenerationResult result = outcome.result.orElseThrow();

                assertThat(outcome.calls()).as("%d tokens", n).hasSize(1);
                if (result.closedByLimit().isEmpty()) {
                    assertThat(outcome.calls()).containsExactly(ARGUMENTS);
                    assertThat(result.finishReason()).isEqualTo(FinishReason.TOOL_CALLS);
                } else {
                    closed++;
                    assertThat(result.finishReason()).isEqualTo(FinishReason.LENGTH);
                    assertThat(result.closedByLimit().get().part()).isEqualTo(ClosedByLimit.Part.CALL);
                }
                if (n == length + 40) {
                    assertThat(result.closedByLimit()).as("well before the limit").isEmpty();
                }
            }
            assertThat(closed).isPositive();
        }

        @Test
        void isAnErrorWithTheCallsBeforeTheOneThatWasCut() throws InterruptedException {
            Loaded loaded = ENGINES.get(Family.HERMES);
            int first = loaded.model.write(Family.HERMES.call).size() - 1;
            loaded.model.write(Family.HERMES.call + "\n" + Family.HERMES.call);

            Outcome one = run(loaded, tools(Choice.REQUIRED), first, DecodeMode.AUTO);
            Outcome more = run(loaded, tools(Choice.REQUIRED), first + 40, DecodeMode.AUTO);

            assertThat(one.calls()).containsExactly(ARGUMENTS);
            assertThat(one.result.orElseThrow().finishReason())
                    .as("there may have been more")
                    .isEqualTo(FinishReason.LENGTH);
            assertThat(((ToolCallAtLimitException) more.failure.orElseThrow()).completeCalls())
                    .extracting(ToolCall::arguments)
                    .containsExactly(ARGUMENTS);
        }

        @Test
        void isAnErrorThatNamesTheContextWhereThatEndsIt() throws InterruptedException {
            Loaded loaded = ENGINES.get(Family.MISTRAL);
            loaded.model.write(Family.MISTRAL.call);
            Prompt.Chat chat = new Prompt.Chat(List.of(ChatMessage.user("a")));
            int own = loaded.engine
                    .submit(request(chat, tools(Choice.REQUIRED), 90, DecodeMode.AUTO), GenerationListener.NONE)
                    .promptTokens();
            String filling = "z".repeat(ChatFolder.CONTEXT_LENGTH - own - 75);

            Outcome outcome = run(
                    loaded,
                    GenerationRequest.builder(new Prompt.Chat(List.of(ChatMessage.user("a" + filling)))
                                    .withTools(tools(Choice.REQUIRED)))
                            .build());

            assertThat(outcome.failure.orElseThrow())
                    .isInstanceOf(ToolCallAtLimitException.class)
                    .hasMessageContaining("the context of 4096 tokens");
        }

        @Test
        void isRejectedAtOnceWhereNoCallFits() {
            Loaded loaded = ENGINES.get(Family.HERMES);

            assertThatThrownBy(() -> run(loaded, tools(Choice.of("pay")), 20, DecodeMode.AUTO))
                    .isInstanceOf(InvalidRequestException.class);
        }

        private static String call(Family family) {
            return family == Family.LLAMA_WITH_A_TAG ? Family.LLAMA.call : family.call;
        }
    }

    @Nested
    class ThatHasAFormat {

        @ParameterizedTest
        @EnumSource(names = {"AUTOREGRESSIVE", "TWO_PASS", "SINGLE_PASS"})
        void isTheValueOfTheModelOrFlaggedWithThePlaceWhereItsOwnEnds(DecodeMode mode) throws InterruptedException {
            Loaded loaded = ENGINES.get(Family.HERMES);
            int length = loaded.model.write(VALUE).size();
            int shortest = "{\"to\":\"\",\"cents\":0}".length();
            List<String> places = new ArrayList<>();
            for (int n = shortest; n <= length + 40; n++) {
                Outcome outcome = run(loaded, Tools.NONE, Optional.of(PAYMENT), n, mode);
                GenerationResult result = outcome.result.orElseThrow();
                String text = outcome.answer().text();

                assertThat(outcome.streamed.text()).isEqualTo(text);
                assertThat(Stream.of("to", "cents")).as(text).allMatch(text::contains);
                if (result.closedByLimit().isEmpty()) {
                    assertThat(text).isEqualTo(VALUE);
                    assertThat(result.finishReason()).isEqualTo(FinishReason.STOP);
                } else {
                    ClosedByLimit place = result.closedByLimit().get();
                    assertThat(VALUE).startsWith(text.substring(0, place.characters()));
                    assertThat(result.finishReason()).isEqualTo(FinishReason.LENGTH);
                    places.add(place.pointer());
                }
            }
            assertThat(places).contains("/to", "/cents").doesNotContain("/note");
            assertThat(places).as("well before the limit").hasSizeLessThan(length + 40 - shortest);
        }

        @ParameterizedTest
        @EnumSource
        void isTheCallOfTheModelOrNothingWhereItCalls(Family family) throws InterruptedException {
            Loaded loaded = ENGINES.get(family);
            int length = loaded.model.write(family.call).size();
            int whole = endOfJson(loaded, family, "");
            for (int n = VALUE.length(); n <= length; n++) {
                Outcome outcome = run(loaded, tools(Choice.AUTO), Optional.of(PAYMENT), n, DecodeMode.TWO_PASS);

                assertThat(outcome.calls()).as("%d tokens", n).isEqualTo(n < whole ? List.of() : List.of(ARGUMENTS));
                assertThat(outcome.answer().text()).as("%d tokens", n).isEmpty();
            }
        }

        @Test
        void isFlaggedWhereItCouldEndButAlsoGoOn() throws InterruptedException {
            Loaded loaded = ENGINES.get(Family.HERMES);
            loaded.model.write("125000");
            AnswerFormat number = new AnswerFormat.JsonSchema("{\"type\": \"integer\"}");

            GenerationResult cut = run(loaded, Tools.NONE, Optional.of(number), 4, DecodeMode.AUTO)
                    .result
                    .orElseThrow();
            GenerationResult whole = run(loaded, Tools.NONE, Optional.of(number), 7, DecodeMode.AUTO)
                    .result
                    .orElseThrow();

            assertThat(cut.text()).isEqualTo("1250");
            assertThat(cut.finishReason()).isEqualTo(FinishReason.LENGTH);
            assertThat(cut.closedByLimit()).contains(new ClosedByLimit(ClosedByLimit.Part.TEXT, "", 4));
            assertThat(whole.text()).isEqualTo("125000");
            assertThat(whole.finishReason()).isEqualTo(FinishReason.STOP);
            assertThat(whole.closedByLimit()).isEmpty();
        }
    }

    @Nested
    class ThatThinks {

        @Test
        void hasNoCallAndNoTextOfThoughtsThatWereCut() throws InterruptedException {
            int length = thinker.model.write("<think>Anna asks." + "</think>\n" + Family.HERMES.call).size();
            for (int n = 1; n < length; n++) {
                Outcome outcome = run(thinker, tools(Choice.AUTO), n, DecodeMode.SINGLE_PASS);

                assertThat(outcome.calls()).as("%d tokens", n).isSubsetOf(ARGUMENTS);
                assertThat("Anna asks.").startsWith(outcome.answer().reasoning());
                assertThat(outcome.answer().text()).as("%d tokens", n).isEmpty();
            }
        }

        @Test
        void isFlaggedWhereItsThoughtsWereClosedForItsValue() throws InterruptedException {
            thinker.model.write("<think>Anna asks for 125000 cents, and she asks again.</think>\n" + VALUE);

            Outcome outcome = run(thinker, Tools.NONE, Optional.of(PAYMENT), 50, DecodeMode.TWO_PASS);

            assertThat(outcome.result.orElseThrow().closedByLimit().orElseThrow().part())
                    .isEqualTo(ClosedByLimit.Part.THOUGHTS);
            assertThat(outcome.answer().text()).contains("\"to\"", "\"cents\"");
        }

        @Test
        void isAnErrorWhereItMustCallAndOnlyThought() throws InterruptedException {
            thinker.model.write("<think>" + "hm ".repeat(60) + "</think>" + Family.HERMES.call);

            Outcome outcome = run(thinker, tools(Choice.REQUIRED), 90, DecodeMode.TWO_PASS);

            assertThat(((ToolCallAtLimitException) outcome.failure.orElseThrow())
                            .partialCall()
                            .text())
                    .isEmpty();
        }
    }

    private static Tools tools(Choice choice) {
        return Tools.of(PAY).withChoice(choice);
    }

    /** Tokens of the script up to the last brace or bracket of the call. */
    private static int endOfJson(Loaded loaded, Family family, String lead) {
        String call = family == Family.LLAMA_WITH_A_TAG && lead.isEmpty() ? Family.LLAMA.call : family.call;
        int end = Math.max(call.lastIndexOf('}'), call.lastIndexOf(']')) + 1;
        List<Integer> before = loaded.model.write(lead + call.substring(0, end));
        loaded.model.write(lead + call);
        return before.size() - 1;
    }

    /** The smallest number of tokens with which a required call is not rejected. */
    private static int shortest(Loaded loaded, Choice choice, AtLimit atLimit) {
        int n = 10;
        while (true) {
            try {
                loaded.engine
                        .submit(
                                request(
                                        new Prompt.Chat(List.of(ChatMessage.user("Pay."))),
                                        tools(choice).withAtLimit(atLimit),
                                        n,
                                        DecodeMode.AUTOREGRESSIVE),
                                GenerationListener.NONE)
                        .await();
                return n;
            } catch (InvalidRequestException e) {
                n++;
            } catch (ToolCallAtLimitException e) {
                return n;
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private static GenerationRequest request(Prompt.Chat chat, Tools tools, int maxTokens, DecodeMode mode) {
        return GenerationRequest.builder(chat.withTools(tools))
                .maxTokens(maxTokens)
                .decoding(Decoding.of(mode))
                .build();
    }

    private static Outcome run(Loaded loaded, Tools tools, int maxTokens, DecodeMode mode)
            throws InterruptedException {
        return run(loaded, tools, Optional.empty(), maxTokens, mode);
    }

    private static Outcome run(
            Loaded loaded, Tools tools, Optional<AnswerFormat> format, int maxTokens, DecodeMode mode)
            throws InterruptedException {
        Prompt.Chat chat = new Prompt.Chat(List.of(ChatMessage.user("Pay."))).withTools(tools);
        UnaryOperator<GenerationRequest.Builder> formatted =
                request -> format.map(request::format).orElse(request);
        return run(
                loaded,
                formatted
                        .apply(GenerationRequest.builder(chat).maxTokens(maxTokens).decoding(Decoding.of(mode)))
                        .build());
    }

    private static Outcome run(Loaded loaded, GenerationRequest request) throws InterruptedException {
        List<Answer.Part> streamed = new CopyOnWriteArrayList<>();
        GenerationListener listener = new GenerationListener() {
            @Override
            public void onChunk(TokenChunk chunk) {
                streamed.addAll(chunk.parts());
            }
        };
        try {
            GenerationResult result = loaded.engine.submit(request, listener).await();
            return new Outcome(Optional.of(result), Optional.empty(), Answer.of(streamed));
        } catch (ToolCallAtLimitException e) {
            return new Outcome(Optional.empty(), Optional.of(e), Answer.of(streamed));
        }
    }
}
