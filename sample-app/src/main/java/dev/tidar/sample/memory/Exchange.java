package dev.tidar.sample.memory;

import java.util.List;
import java.util.stream.Stream;
import org.springframework.ai.chat.messages.AssistantMessage;
import org.springframework.ai.chat.messages.Message;
import org.springframework.ai.chat.messages.UserMessage;

/** A question and its answer, or as much of it as was written. Thoughts and tool calls are not remembered. */
public record Exchange(String question, String answer) {

    int length() {
        return question.length() + answer.length();
    }

    static List<Message> messages(List<Exchange> exchanges) {
        return exchanges.stream()
                .flatMap(exchange ->
                        Stream.<Message>of(new UserMessage(exchange.question), new AssistantMessage(exchange.answer)))
                .toList();
    }

    static long length(List<Exchange> exchanges) {
        return exchanges.stream().mapToLong(Exchange::length).sum();
    }
}
