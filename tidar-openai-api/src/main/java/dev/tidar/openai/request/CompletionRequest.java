package dev.tidar.openai.request;

import dev.tidar.spring.TidarChatOptions;
import java.util.List;
import org.springframework.ai.chat.messages.Message;
import org.springframework.ai.chat.prompt.Prompt;

/**
 * A request for a chat completion.
 *
 * @param model name of the model that shall answer
 * @param messages the conversation
 * @param options what the request sets; the rest has the defaults of the application
 * @param delivery how the answer comes
 * @param oneCall whether an answer may call one tool at most
 * @param maxTokensField the field that limits the tokens, for messages
 */
public record CompletionRequest(
        String model,
        List<Message> messages,
        TidarChatOptions options,
        Delivery delivery,
        boolean oneCall,
        String maxTokensField) {

    public CompletionRequest {
        messages = List.copyOf(messages);
    }

    /** How an answer comes. */
    public enum Delivery {
        /** As one JSON object. */
        WHOLE,
        /** As events. */
        STREAM,
        /** As events, the last of which has the usage. */
        STREAM_WITH_USAGE
    }

    /** For the chat model. */
    public Prompt prompt() {
        return new Prompt(messages, options);
    }
}
