package dev.tidar.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidar.api.Tools.Choice;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Rejected, before any work:")
class ToolsTest {

    private static final Tool TIME = new Tool("time", "", "{}");
    private static final ToolCall CALL = new ToolCall("a", "time", "{}");

    @Nested
    class ATool {

        @ParameterizedTest
        @ValueSource(strings = {"", "two words", "a/b", "<|im_end|>", "\uFF41", "{{x}}", "a\"", "a\n"})
        void whoseNameIsNoPlainWord(String name) {
            rejected(() -> new Tool(name, "", "{}"), "a tool name must have 1 to 128 ASCII letters");
        }

        @Test
        void whoseNameIsTooLong() {
            rejected(() -> new Tool("a".repeat(129), "", "{}"), "a tool name must have 1 to 128 ASCII letters");
            assertThat(new Tool("a".repeat(128), "", "{}").name()).hasSize(128);
        }

        @ParameterizedTest
        @CsvSource(delimiter = '|', textBlock = """
                        ''                       | must be a JSON object, but are empty
                        []                       | must be a JSON object, but are of type ARRAY
                        true                     | must be a JSON object, but are of type BOOLEAN
                        {                        | must be JSON at most 64 deep
                        {} {}                    | must be JSON at most 64 deep
                        {"a":1,"a":2}            | must be JSON at most 64 deep without repeated keys
                        {"type":"string"}        | must be a schema of type object
                        {"type":["object"]}      | must be a schema of type object
                        """)
        void whoseSchemaIsNoObject(String schema, String message) {
            rejected(() -> new Tool("time", "", schema), "the parameters of tool time " + message);
        }

        @Test
        void whoseSchemaIsTooDeepOrTooLong() {
            String deep = "{\"a\":".repeat(65) + "1" + "}".repeat(65);
            rejected(() -> new Tool("time", "", deep), "the parameters of tool time must be JSON at most 64 deep");
            String longOne = "{\"description\":\"" + "x".repeat(Tool.MAX_SCHEMA_LENGTH) + "\"}";
            rejected(() -> new Tool("time", "", longOne), "the parameters of tool time must have at most 65536");
        }
    }

    @Nested
    class SomeTools {

        @Test
        void ofWhichTwoHaveOneName() {
            rejected(() -> Tools.of(TIME, new Tool("time", "another", "{}")), "two are called time");
        }

        @Test
        void thatAreTenThousand() {
            List<Tool> many = IntStream.range(0, 10_000)
                    .mapToObj(i -> new Tool("t" + i, "", "{}"))
                    .toList();

            rejected(() -> new Tools(many, Choice.AUTO), "tools must be at most 128, but are 10000");
        }

        @Test
        void thatDoNotHaveTheOneThatIsAskedFor() {
            rejected(
                    () -> Tools.of(TIME).withChoice(Choice.of("date")),
                    "tool-choice must name one of the tools [time]");
        }

        @Test
        void withoutNamingAllOfMany() {
            Tool[] many = IntStream.range(0, 128)
                    .mapToObj(i -> new Tool("t" + (1000 + i), "", "{}"))
                    .toArray(Tool[]::new);

            rejected(
                    () -> Tools.of(many).withChoice(Choice.of("date")),
                    "tool-choice must name one of the tools [t1000, t1001, t1002, t1003, t1004] and 123 more, but names date");
        }

        @Test
        void thatMustBeCalledAndAreNone() {
            rejected(
                    () -> Tools.NONE.withChoice(Choice.REQUIRED),
                    "tool-choice must be auto or none where no tools are offered, but is required");
        }
    }

    @Nested
    class ACall {

        @Test
        void withoutAnId() {
            rejected(() -> new ToolCall("", "time", "{}"), "the id of a tool call must have 1 to 256 characters");
        }

        @ParameterizedTest
        @ValueSource(strings = {"", "[]", "\"x\"", "{", "null"})
        void whoseArgumentsAreNoObject(String arguments) {
            rejected(() -> new ToolCall("a", "time", arguments), "the arguments of a call of time must be");
        }

        @Test
        void thatSharesItsIdWithAnotherOfItsMessage() {
            rejected(() -> ChatMessage.assistant("", List.of(CALL, CALL)), "two share one");
        }

        @Test
        void thatIsOneOfTooMany() {
            List<ToolCall> many = IntStream.range(0, 129)
                    .mapToObj(i -> new ToolCall("id" + i, "time", "{}"))
                    .toList();

            rejected(() -> ChatMessage.assistant("", many), "a message must have at most 128 tool calls, but has 129");
        }

        @Test
        void byAnybodyButTheAssistant() {
            rejected(
                    () -> new ChatMessage("user", "", Optional.empty(), List.of(CALL), Optional.empty()),
                    "must be of messages of role assistant");
            rejected(() -> ChatMessage.user("a").withReasoning("hm"), "must be of messages of role assistant");
        }
    }

    @Nested
    class AResult {

        @Test
        void withoutTheIdOfItsCall() {
            rejected(() -> new ChatMessage("tool", "15"), "messages of role tool, which must have one");
            rejected(
                    () -> new ChatMessage("user", "15", Optional.empty(), List.of(), Optional.of("a")),
                    "messages of role tool");
        }

        @Test
        void thatAnswersNoCall() {
            rejected(
                    () -> chat(ChatMessage.user("q"), ChatMessage.tool("a", "15")),
                    "the tool result in message 1 must answer");
        }

        @Test
        void thatAnswersACallTwice() {
            ChatMessage result = ChatMessage.tool("a", "15");

            rejected(() -> chat(ChatMessage.assistant("", List.of(CALL)), result, result), "in message 2 must answer");
        }

        @Test
        void thatAnswersACallOfAnEarlierTurn() {
            rejected(
                    () -> chat(
                            ChatMessage.assistant("", List.of(CALL)),
                            ChatMessage.assistant("", List.of(new ToolCall("b", "time", "{}"))),
                            ChatMessage.tool("a", "15")),
                    "in message 2 must answer");
        }

        private Prompt.Chat chat(ChatMessage... messages) {
            return new Prompt.Chat(List.of(messages));
        }
    }

    @Nested
    class Thoughts {

        @Test
        void withoutATokenToThinkIn() {
            rejected(() -> Thinking.ON.withBudget(0), "thinking-budget must be at least 1, but is 0");
        }

        @Test
        void thatAreOffAndHaveABudget() {
            rejected(() -> Thinking.OFF.withBudget(5), "thinking-budget must be unset where thinking is off, but is 5");
        }
    }

    private static void rejected(ThrowingCallable request, String message) {
        assertThatThrownBy(request).isInstanceOf(InvalidRequestException.class).hasMessageContaining(message);
    }
}
