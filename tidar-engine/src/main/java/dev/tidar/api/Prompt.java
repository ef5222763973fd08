package dev.tidar.api;

import java.util.List;

/** What a generation starts from. */
public sealed interface Prompt {

    /** A conversation, laid out by the chat template of the model, ready for the assistant's answer. */
    record Chat(List<ChatMessage> messages) implements Prompt {
        public Chat {
            messages = List.copyOf(messages);
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
