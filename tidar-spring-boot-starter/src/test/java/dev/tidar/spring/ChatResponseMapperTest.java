package dev.tidar.spring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidar.api.Answer;
import dev.tidar.api.ClosedByLimit;
import dev.tidar.api.FinishReason;
import dev.tidar.api.GenerationResult;
import dev.tidar.api.GenerationStats;
import dev.tidar.api.TokenChunk;
import dev.tidar.api.ToolCall;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.springframework.ai.chat.messages.AssistantMessage;
import org.springframework.ai.chat.metadata.ChatGenerationMetadata;
import org.springframework.ai.chat.model.ChatResponse;
import org.springframework.ai.chat.model.MessageAggregator;
import reactor.core.publisher.Flux;

@DisplayName("A response about an answer with thoughts and calls")
class ChatResponseMapperTest {

    private static final ToolCall CALL = new ToolCall("abcdefghi", "weather", "{\"city\":\"Rome\"}");
    private static final AssistantMessage.ToolCall SPRING_CALL =
            new AssistantMessage.ToolCall("abcdefghi", "function", "weather", "{\"city\":\"Rome\"}");
    private static final List<Answer.Part> PARTS = List.of(
            new Answer.Reasoning("I "),
            new Answer.Reasoning("wonder."),
            new Answer.Text("Let me "),
            new Answer.Text("look."),
            new Answer.Call(CALL));

    private final ChatResponseMapper mapper = new ChatResponseMapper("id", "model", () -> "cpu", true);

    @Test
    void hasThemApartWhereTheCallerWaits() {
        ChatResponse response = mapper.whole(result(PARTS));

        AssistantMessage message = response.getResult().getOutput();
        assertThat(message.getText()).isEqualTo("Let me look.");
        assertThat(message.getToolCalls()).containsExactly(SPRING_CALL);
        assertThat(message.getMetadata()).containsEntry("reasoningContent", "I wonder.");
        assertThat(response.getResult().getMetadata().<String>get("thinking")).isEqualTo("I wonder.");
        assertThat(response.getResult().getMetadata().getFinishReason()).isEqualTo("tool_calls");
        assertThat(response.hasToolCalls()).isTrue();
    }

    @Test
    void hasEachPieceOnceInAStream() {
        List<ChatResponse> chunks = stream(PARTS);

        assertThat(chunks.stream().map(c -> c.getResult().getOutput().getText()))
                .containsExactly("", "", "Let me ", "look.", "", "");
        assertThat(chunks.stream().map(c -> c.getResult().getMetadata().<String>get("thinking")))
                .containsExactly("I ", "wonder.", null, null, null, null);
        assertThat(chunks.stream().flatMap(c -> c.getResult().getOutput().getToolCalls().stream()))
                .containsExactly(SPRING_CALL);
    }

    /** An application that runs tools itself asks again for each chunk with calls, and must ask once. */
    @Test
    void hasAllCallsOfAStreamInItsLastChunk() {
        List<Answer.Part> calls = List.of(new Answer.Call(CALL), new Answer.Call(new ToolCall("second", "time", "{}")));

        List<ChatResponse> chunks = stream(calls);

        assertThat(chunks).filteredOn(ChatResponse::hasToolCalls).containsExactly(chunks.get(2));
        assertThat(chunks.get(2).getResult().getOutput().getToolCalls())
                .extracting(AssistantMessage.ToolCall::name)
                .containsExactly("weather", "time");
    }

    /** What Spring AI puts together, for advisors and chat memory. */
    @Test
    void isWholeAgainWhenSpringAiPutsAStreamTogether() {
        AtomicReference<ChatResponse> whole = new AtomicReference<>();
        new MessageAggregator()
                .aggregate(Flux.fromIterable(stream(PARTS)), whole::set)
                .blockLast();

        AssistantMessage message = whole.get().getResult().getOutput();
        assertThat(message.getText()).isEqualTo("Let me look.");
        assertThat(message.getToolCalls()).containsExactly(SPRING_CALL);
        assertThat(message.getMetadata()).containsEntry("reasoningContent", "I wonder.");
        assertThat(whole.get().getResult().getMetadata().getFinishReason()).isEqualTo("tool_calls");
    }

    @Test
    void namesThePlaceFromWhichOnTheLimitClosedIt() {
        ClosedByLimit place = new ClosedByLimit(ClosedByLimit.Part.TEXT, "/to", 17);
        GenerationResult closed = closed(place);

        for (ChatResponse last : List.of(mapper.whole(closed), mapper.end(closed))) {
            ChatGenerationMetadata metadata = last.getResult().getMetadata();
            assertThat(metadata.getFinishReason()).isEqualTo("length");
            assertThat(metadata.<Object>get("closedByLimit")).isEqualTo(place);
        }
        assertThat(mapper.whole(result(PARTS)).getResult().getMetadata().containsKey("closedByLimit"))
                .isFalse();
    }

    private static GenerationResult closed(ClosedByLimit place) {
        GenerationResult open = result(List.of(new Answer.Text("{\"to\": \"Anna Berg\"}")));
        return new GenerationResult(
                open.tokens(),
                open.text(),
                open.answer(),
                FinishReason.LENGTH,
                Optional.of(place),
                open.seed(),
                open.logProbs(),
                open.stats());
    }

    private List<ChatResponse> stream(List<Answer.Part> parts) {
        List<ChatResponse> chunks = new java.util.ArrayList<>();
        parts.forEach(part -> chunks.add(mapper.chunk(new TokenChunk(1, List.of(), List.of(part)))));
        chunks.add(mapper.end(result(parts)));
        return chunks;
    }

    private static GenerationResult result(List<Answer.Part> parts) {
        GenerationStats stats = new GenerationStats(
                1, 0, 1, 0, 0, List.of(), "any", false, 0, Duration.ZERO, Duration.ZERO, Duration.ZERO);
        return new GenerationResult(List.of(1), "raw", Answer.of(parts), FinishReason.TOOL_CALLS, 1, List.of(), stats);
    }
}
