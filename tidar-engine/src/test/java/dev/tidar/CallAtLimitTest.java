package dev.tidar;

import static dev.tidar.PayingModels.ARGUMENTS;
import static dev.tidar.PayingModels.endOfJson;
import static dev.tidar.PayingModels.request;
import static dev.tidar.PayingModels.run;
import static dev.tidar.PayingModels.shortest;
import static dev.tidar.PayingModels.tools;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidar.PayingModels.Family;
import dev.tidar.PayingModels.Loaded;
import dev.tidar.PayingModels.Outcome;
import dev.tidar.api.ChatMessage;
import dev.tidar.api.ClosedByLimit;
import dev.tidar.api.DecodeMode;
import dev.tidar.api.FinishReason;
import dev.tidar.api.GenerationListener;
import dev.tidar.api.GenerationRequest;
import dev.tidar.api.GenerationResult;
import dev.tidar.api.InvalidRequestException;
import dev.tidar.api.Prompt;
import dev.tidar.api.ToolCall;
import dev.tidar.api.ToolCallAtLimitException;
import dev.tidar.api.Tools.AtLimit;
import dev.tidar.api.Tools.Choice;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Models that want to call a tool, cut after every number of tokens: whatever comes of it, it is never another call.
 */
@DisplayName("A call that the limit on tokens ends")
class CallAtLimitTest {

    @TempDir
    private static Path temp;

    private static PayingModels models;

    @BeforeAll
    static void load() throws IOException {
        models = new PayingModels(temp);
    }

    @AfterAll
    static void close() {
        models.close();
    }

    static Stream<Arguments> familiesAndModes() {
        return Stream.of(Family.values())
                .flatMap(family -> Stream.of(DecodeMode.AUTOREGRESSIVE, DecodeMode.TWO_PASS, DecodeMode.SINGLE_PASS)
                        .map(mode -> Arguments.of(family, mode)));
    }

    @Nested
    class ThatMayCall {

        @ParameterizedTest
        @MethodSource("dev.tidar.CallAtLimitTest#familiesAndModes")
        void hasTheCallOfTheModelOrNone(Family family, DecodeMode mode) throws InterruptedException {
            String lead = family == Family.LLAMA ? "" : "Sure.";
            Loaded loaded = models.of(family);
            int length = loaded.model().write(lead + family.call).size();
            int calls = 0;
            for (int n = 1; n <= length; n++) {
                Outcome outcome = run(loaded, tools(Choice.AUTO), n, mode);

                assertThat(outcome.answer()).as("%d tokens", n).isEqualTo(outcome.streamed());
                assertThat(outcome.calls()).as("%d tokens", n).isSubsetOf(ARGUMENTS);
                assertThat(lead).as("%d tokens", n).startsWith(outcome.answer().text());
                assertThat(outcome.result().orElseThrow().closedByLimit()).isEmpty();
                assertThat(outcome.result().orElseThrow().finishReason())
                        .isEqualTo(n < length ? FinishReason.LENGTH : FinishReason.TOOL_CALLS);
                calls += outcome.calls().size();
            }
            assertThat(calls).as("from its last brace on").isEqualTo(length - endOfJson(loaded, family, lead) + 1);
        }

        /** Without a limit that would cut it, the answer is a prefix of the script. */
        @Test
        void isTheBeginningOfALongerOne() throws InterruptedException {
            Loaded loaded = models.of(Family.HERMES);
            List<Integer> script = loaded.model().write("Sure." + Family.HERMES.call);
            for (int n = 1; n <= script.size(); n++) {
                assertThat(run(loaded, tools(Choice.AUTO), n, DecodeMode.AUTO)
                                .result()
                                .orElseThrow()
                                .tokens())
                        .isEqualTo(script.subList(0, n));
            }
        }
    }

    @Nested
    class ThatMustCall {

        @ParameterizedTest
        @MethodSource("dev.tidar.CallAtLimitTest#familiesAndModes")
        void isTheCallOfTheModelOrAnErrorThatHasItsBeginning(Family family, DecodeMode mode)
                throws InterruptedException {
            Loaded loaded = models.of(family);
            int length = loaded.model().write(call(family)).size();
            int whole = endOfJson(loaded, family, "");
            for (int n = shortest(loaded, Choice.of("pay"), AtLimit.ERROR); n <= length; n++) {
                Outcome outcome = run(loaded, tools(Choice.of("pay")), n, mode);

                assertThat(outcome.calls()).as("%d tokens", n).isEqualTo(n < whole ? List.of() : List.of(ARGUMENTS));
                if (n < whole) {
                    var cut = (ToolCallAtLimitException) outcome.failure().orElseThrow();
                    assertThat(cut).hasMessageContaining("of pay").hasMessageContaining("max-tokens = " + n);
                    assertThat(cut.partialCall().tool()).contains("pay");
                    assertThat(call(family)).startsWith(cut.partialCall().text());
                } else {
                    assertThat(outcome.answer().text()).isEmpty();
                }
            }
        }

        @ParameterizedTest
        @MethodSource("dev.tidar.CallAtLimitTest#familiesAndModes")
        void isAFlaggedCallWhereTheRequestAsksForOneInAnyCase(Family family, DecodeMode mode)
                throws InterruptedException {
            Loaded loaded = models.of(family);
            int length = loaded.model().write(call(family)).size();
            int closed = 0;
            for (int n = shortest(loaded, Choice.of("pay"), AtLimit.HAND_OVER); n <= length + 40; n++) {
                Outcome outcome = run(loaded, tools(Choice.of("pay")).withAtLimit(AtLimit.HAND_OVER), n, mode);
                GenerationResult result = outcome.result().orElseThrow();

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
                    assertThat(result.closedByLimit())
                            .as("well before the limit")
                            .isEmpty();
                }
            }
            assertThat(closed).isPositive();
        }

        @Test
        void isAnErrorWithTheCallsBeforeTheOneThatWasCut() throws InterruptedException {
            Loaded loaded = models.of(Family.HERMES);
            int first = loaded.model().write(Family.HERMES.call).size() - 1;
            loaded.model().write(Family.HERMES.call + "\n" + Family.HERMES.call);

            Outcome one = run(loaded, tools(Choice.REQUIRED), first, DecodeMode.AUTO);
            Outcome more = run(loaded, tools(Choice.REQUIRED), first + 40, DecodeMode.AUTO);

            assertThat(one.calls()).containsExactly(ARGUMENTS);
            assertThat(one.result().orElseThrow().finishReason())
                    .as("there may have been more")
                    .isEqualTo(FinishReason.LENGTH);
            assertThat(((ToolCallAtLimitException) more.failure().orElseThrow()).completeCalls())
                    .extracting(ToolCall::arguments)
                    .containsExactly(ARGUMENTS);
        }

        @Test
        void isAnErrorThatNamesTheContextWhereThatEndsIt() throws InterruptedException {
            Loaded loaded = models.of(Family.MISTRAL);
            loaded.model().write(Family.MISTRAL.call);
            Prompt.Chat chat = new Prompt.Chat(List.of(ChatMessage.user("a")));
            int own = loaded.engine()
                    .submit(request(chat, tools(Choice.REQUIRED), 90, DecodeMode.AUTO), GenerationListener.NONE)
                    .promptTokens();
            String filling = "z".repeat(ChatFolder.CONTEXT_LENGTH - own - 75);

            Outcome outcome = run(
                    loaded,
                    GenerationRequest.builder(new Prompt.Chat(List.of(ChatMessage.user("a" + filling)))
                                    .withTools(tools(Choice.REQUIRED)))
                            .build());

            assertThat(outcome.failure().orElseThrow())
                    .isInstanceOf(ToolCallAtLimitException.class)
                    .hasMessageContaining("the context of 4096 tokens");
        }

        @Test
        void isRejectedAtOnceWhereNoCallFits() {
            Loaded loaded = models.of(Family.HERMES);

            assertThatThrownBy(() -> run(loaded, tools(Choice.of("pay")), 20, DecodeMode.AUTO))
                    .isInstanceOf(InvalidRequestException.class);
        }

        private static String call(Family family) {
            return family == Family.LLAMA_WITH_A_TAG ? Family.LLAMA.call : family.call;
        }
    }
}
