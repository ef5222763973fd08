package dev.tidar.load;

import dev.tidar.api.ChatMessage;
import dev.tidar.api.InvalidRequestException;
import dev.tidar.api.Prompt;
import dev.tidar.text.chat.ChatPrompt;
import dev.tidar.text.chat.ChatTemplate;
import dev.tidar.text.tokenizer.Tokenizer;
import java.util.Arrays;
import java.util.List;

/** Turns prompts into token ids of one model. Thread-safe. */
final class PromptEncoder {

    /** The largest number of messages of a conversation. */
    private static final int MAX_MESSAGES = 2_048;

    private final LoadedModel model;
    private final int maxCharacters;

    PromptEncoder(LoadedModel model, int maxCharacters) {
        this.model = model;
        this.maxCharacters = maxCharacters;
    }

    /**
     * The ids of a prompt, at least one.
     *
     * @throws InvalidRequestException if it is empty, too long, or of a kind that this model does not take
     */
    EncodedPrompt encode(Prompt prompt) {
        EncodedPrompt encoded = encoded(prompt);
        if (encoded.ids().isEmpty()) {
            throw new InvalidRequestException("the prompt must have at least one token, but is empty");
        }
        return encoded;
    }

    private EncodedPrompt encoded(Prompt prompt) {
        if (prompt instanceof Prompt.Chat chat) {
            requireCharacters(chat.characters());
            return chat(chat);
        }
        if (prompt instanceof Prompt.Text text) {
            requireCharacters(text.text().length());
            return EncodedPrompt.plain(boxed(tokenizer().encodeText(text.text())));
        }
        return EncodedPrompt.plain(checked(((Prompt.Tokens) prompt).ids()));
    }

    private EncodedPrompt chat(Prompt.Chat chat) {
        List<ChatMessage> messages = chat.messages();
        if (messages.isEmpty() || messages.size() > MAX_MESSAGES) {
            throw new InvalidRequestException(
                    "a conversation must have 1 to %d messages, but has %d".formatted(MAX_MESSAGES, messages.size()));
        }
        ChatTemplate template = model.template()
                .orElseThrow(() -> new InvalidRequestException(
                        "%s has no chat template: send a text or token ids, or add chat_template to tokenizer_config.json"
                                .formatted(model.facts().name())));
        ChatPrompt prompt = template.render(chat);
        return new EncodedPrompt(boxed(tokenizer().encode(prompt.text())), prompt.answerSyntax());
    }

    private List<Integer> checked(List<Integer> ids) {
        for (int id : ids) {
            if (id < 0 || id >= model.vocabSize()) {
                throw new InvalidRequestException(
                        "token ids must be in [0, %d), but one is %d".formatted(model.vocabSize(), id));
            }
            if (model.facts().maskTokenId().orElse(-1) == id) {
                throw new InvalidRequestException("token id %d is the mask token and cannot be prompted".formatted(id));
            }
        }
        return ids;
    }

    private Tokenizer tokenizer() {
        return model.tokenizer()
                .orElseThrow(() -> new InvalidRequestException("%s has no tokenizer.json: it serves token ids only"
                        .formatted(model.facts().name())));
    }

    private void requireCharacters(long characters) {
        if (characters > maxCharacters) {
            throw new InvalidRequestException(
                    "the prompt must have at most %d characters, but has %d".formatted(maxCharacters, characters));
        }
    }

    private static List<Integer> boxed(int[] ids) {
        return Arrays.stream(ids).boxed().toList();
    }
}
