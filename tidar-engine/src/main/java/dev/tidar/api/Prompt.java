package dev.tidar.api;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The prompt of a generation. */
public sealed interface Prompt {

    /**
     * A conversation, which the chat template of the model turns into text that the assistant's answer follows.
     *
     * @param messages its messages; the result of a tool comes after the call that it answers
     * @param tools tools that the answer may call
     * @param thinking whether the answer begins with thoughts
     */
    record Chat(List<ChatMessage> messages, Tools tools, Thinking thinking) implements Prompt {
        public Chat {
            messages = List.copyOf(messages);
            requireCalls(messages);
        }

        public Chat(List<ChatMessage> messages) {
            this(messages, Tools.NONE, Thinking.DEFAULT);
        }

        public Chat withTools(Tools others) {
            return new Chat(messages, others, thinking);
        }

        public Chat withThinking(Thinking other) {
            return new Chat(messages, tools, other);
        }

        /** Characters of all texts that a caller wrote. */
        public long characters() {
            return messages.stream().mapToLong(ChatMessage::characters).sum()
                    + tools.callable().stream()
                            .mapToLong(tool -> tool.name().length()
                                    + tool.description().length()
                                    + tool.parameters().length())
                            .sum();
        }

        /** Every result answers a call of the last assistant that called any, and each call has at most one. */
        private static void requireCalls(List<ChatMessage> messages) {
            Set<String> open = new HashSet<>();
            for (int i = 0; i < messages.size(); i++) {
                ChatMessage message = messages.get(i);
                if (!message.toolCalls().isEmpty()) {
                    open.clear();
                    message.toolCalls().forEach(call -> open.add(call.id()));
                }
                if (message.callId().isPresent()
                        && !open.remove(message.callId().get())) {
                    throw new InvalidRequestException(
                            "the tool result in message %d must answer a call before it that has no result yet, but answers none"
                                    .formatted(i));
                }
            }
        }
    }

    /**
     * Plain text to continue. Control tokens in it are ordinary text; a begin token is added if the tokenizer asks for
     * one.
     */
    record Text(String text) implements Prompt {}

    /** Token ids, taken as they are. */
    record Tokens(List<Integer> ids) implements Prompt {
        public Tokens {
            ids = List.copyOf(ids);
        }
    }
}
