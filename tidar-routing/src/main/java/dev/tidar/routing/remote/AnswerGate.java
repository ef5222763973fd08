package dev.tidar.routing.remote;

import dev.tidar.routing.FailureKind;
import dev.tidar.routing.NodeFailure;
import org.jspecify.annotations.Nullable;
import org.springframework.ai.chat.messages.AssistantMessage;
import org.springframework.ai.chat.model.ChatResponse;
import org.springframework.ai.chat.model.Generation;
import org.springframework.util.StringUtils;
import reactor.core.publisher.Mono;

/**
 * Lets what is an answer pass: nothing before the first token, one finish reason, and only the usage after it. One
 * answer has one gate, through which one signal goes after the other.
 */
final class AnswerGate {

    /** Where Spring AI's client puts thoughts. */
    private static final String REASONING = "reasoningContent";

    private volatile boolean hasBegun;
    private volatile boolean hasEnded;

    /** Whether the first token has come. */
    boolean hasBegun() {
        return hasBegun;
    }

    /** Whether the finish reason has come. */
    boolean hasEnded() {
        return hasEnded;
    }

    /** Whether a chunk passes. */
    boolean passes(ChatResponse chunk) {
        Generation generation = chunk.getResult();
        boolean ends = generation != null && generation.getMetadata().getFinishReason() != null;
        boolean passes = hasEnded ? generation == null : hasBegun || ends || hasTokens(generation);
        hasEnded |= ends;
        hasBegun |= passes;
        return passes;
    }

    private static boolean hasTokens(@Nullable Generation generation) {
        if (generation == null) {
            return false;
        }
        AssistantMessage message = generation.getOutput();
        return StringUtils.hasLength(message.getText())
                || !message.getToolCalls().isEmpty()
                || message.getMetadata().get(REASONING) instanceof String thoughts && !thoughts.isEmpty();
    }

    /** The end of the stream, which is an error if it is not that of the answer. */
    <T> Mono<T> end() {
        return hasEnded
                ? Mono.empty()
                : Mono.error(new NodeFailure(FailureKind.GARBLED, "its stream ended without a finish reason"));
    }
}
