package dev.tidar.cli.chats;

import dev.tidar.api.ChatMessage;
import dev.tidar.api.InvalidRequestException;
import dev.tidar.api.Prompt;
import dev.tidar.text.chat.ChatTemplate;
import dev.tidar.text.tokenizer.Tokenizer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Turns conversations into the same token ids as the engine, because a block trace needs them. */
final class PromptIds {

    private final Tokenizer tokenizer;
    private final Optional<ChatTemplate> template;

    PromptIds(Path model) {
        this.tokenizer = Tokenizer.load(model)
                .orElseThrow(() -> new InvalidRequestException(
                        "%s must have a tokenizer.json, or there are no chats".formatted(model)));
        this.template = ChatTemplate.load(model);
    }

    /** Ids of a conversation after the chat template; without a template, those of its texts line by line. */
    List<Integer> of(List<ChatMessage> messages) {
        int[] ids = template.map(t ->
                        tokenizer.encode(t.render(new Prompt.Chat(messages)).text()))
                .orElseGet(() -> tokenizer.encodeText(
                        messages.stream().map(ChatMessage::text).collect(Collectors.joining("\n"))));
        return Arrays.stream(ids).boxed().toList();
    }
}
