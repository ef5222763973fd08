package dev.tidar.routing;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;
import org.springframework.ai.chat.messages.AssistantMessage;
import org.springframework.ai.chat.messages.AssistantMessage.ToolCall;
import org.springframework.ai.chat.metadata.ChatGenerationMetadata;
import org.springframework.ai.chat.model.ChatResponse;
import org.springframework.ai.chat.model.Generation;
import reactor.core.publisher.Flux;

/** Puts the chunks of a stream together. Confined to one thread. */
final class WholeAnswer {

    private final StringBuilder text = new StringBuilder();
    private final List<ToolCall> calls = new ArrayList<>();
    private final Map<String, Object> properties = new LinkedHashMap<>();
    private final ChatResponse.Builder answer = ChatResponse.builder();
    private ChatGenerationMetadata ending = ChatGenerationMetadata.NULL;

    /**
     * Waits for the end of a stream; an interrupt cancels it.
     *
     * @throws CancellationException if interrupted, with the flag of the thread set again
     */
    static ChatResponse await(Flux<ChatResponse> chunks) {
        CompletableFuture<@Nullable ChatResponse> whole = chunks.collect(WholeAnswer::new, WholeAnswer::add)
                .map(WholeAnswer::response)
                .toFuture();
        try {
            return Objects.requireNonNull(whole.get(), "a stream that ends has been put together");
        } catch (InterruptedException e) {
            whole.cancel(true);
            Thread.currentThread().interrupt();
            var cancelled = new CancellationException("interrupted while waiting for the answer, which is cancelled");
            cancelled.initCause(e);
            throw cancelled;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            throw new IllegalStateException(e.getCause());
        }
    }

    private void add(ChatResponse chunk) {
        Generation generation = chunk.getResult();
        if (generation != null) {
            AssistantMessage message = generation.getOutput();
            text.append(Objects.requireNonNullElse(message.getText(), ""));
            calls.addAll(message.getToolCalls());
            properties.putAll(message.getMetadata());
            ending = generation.getMetadata();
        }
        answer.metadata(chunk.getMetadata());
    }

    private ChatResponse response() {
        AssistantMessage message = AssistantMessage.builder()
                .content(text.toString())
                .properties(properties)
                .toolCalls(calls)
                .build();
        return answer.generations(List.of(new Generation(message, ending))).build();
    }
}
