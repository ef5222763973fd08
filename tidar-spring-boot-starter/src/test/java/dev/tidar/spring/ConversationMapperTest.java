package dev.tidar.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidar.api.ChatMessage;
import dev.tidar.api.InvalidRequestException;
import dev.tidar.api.ToolCall;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.springframework.ai.chat.messages.AssistantMessage;
import org.springframework.ai.chat.messages.Message;
import org.springframework.ai.chat.messages.ToolResponseMessage;
import org.springframework.ai.chat.messages.ToolResponseMessage.ToolResponse;
import org.springframework.ai.chat.messages.UserMessage;

@DisplayName("A history with tools")
class ConversationMapperTest {

    private static final Message QUESTION = new UserMessage("Weather?");

    @Test
    void hasCallsAndOneMessageForEachResult() {
        assertThat(map(
                        QUESTION,
                        asks(call("a", "weather", "{\"city\":\"Rome\"}"), call("b", "time", "{}")),
                        gives(new ToolResponse("a", "weather", "mild"), new ToolResponse("b", "time", "noon"))))
                .containsExactly(
                        ChatMessage.user("Weather?"),
                        ChatMessage.assistant(
                                "",
                                List.of(
                                        new ToolCall("a", "weather", "{\"city\":\"Rome\"}"),
                                        new ToolCall("b", "time", "{}"))),
                        ChatMessage.tool("a", "mild"),
                        ChatMessage.tool("b", "noon"));
    }

    @Test
    void withoutIdsGetsThemByItsOrder() {
        List<ChatMessage> mapped = map(
                asks(call("", "weather", "{\"city\":\"Rome\"}"), call("", "time", ""), call("", "weather", "{}")),
                gives(
                        new ToolResponse("", "weather", "mild"),
                        new ToolResponse("", "time", "noon"),
                        new ToolResponse("", "weather", "hot")));

        List<String> ids = mapped.get(0).toolCalls().stream().map(ToolCall::id).toList();
        assertThat(ids).doesNotHaveDuplicates();
        assertThat(mapped.subList(1, 4))
                .containsExactly(
                        ChatMessage.tool(ids.get(0), "mild"),
                        ChatMessage.tool(ids.get(1), "noon"),
                        ChatMessage.tool(ids.get(2), "hot"));
        assertThat(mapped.get(0).toolCalls().get(1).arguments()).isEqualTo("{}");
    }

    @Test
    void isRejectedWhereAResultAnswersNoCall() {
        assertThatThrownBy(() -> map(QUESTION, gives(new ToolResponse("", "weather", "mild"))))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("one of weather answers none");
    }

    @Test
    void isRejectedWithoutTheNameOfWhatIsNoTool() {
        assertThatThrownBy(() -> map(QUESTION, gives(new ToolResponse("", "a\u001b[2J".repeat(1000), "mild"))))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessage("a tool result must answer a call before it, but one answers none");
    }

    @Test
    void bringsThoughtsBackThatAMessageHasKept() {
        AssistantMessage message = AssistantMessage.builder()
                .content("Mild.")
                .properties(Map.of(TidarMetadata.REASONING_CONTENT, "It is May."))
                .build();

        assertThat(map(message)).containsExactly(ChatMessage.assistant("Mild.").withReasoning("It is May."));
    }

    private static List<ChatMessage> map(Message... messages) {
        return new ConversationMapper().messages(List.of(messages));
    }

    private static AssistantMessage.ToolCall call(String id, String name, String arguments) {
        return new AssistantMessage.ToolCall(id, "function", name, arguments);
    }

    private static AssistantMessage asks(AssistantMessage.ToolCall... calls) {
        return AssistantMessage.builder().content("").toolCalls(List.of(calls)).build();
    }

    private static ToolResponseMessage gives(ToolResponse... results) {
        return ToolResponseMessage.builder().responses(List.of(results)).build();
    }
}
