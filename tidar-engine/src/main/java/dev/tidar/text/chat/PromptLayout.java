package dev.tidar.text.chat;

import dev.tidar.api.ChatMessage;
import dev.tidar.api.Prompt;
import dev.tidar.text.jinja.Template;
import dev.tidar.text.jinja.value.Budget;
import dev.tidar.text.jinja.value.TemplateException;
import dev.tidar.text.tokenizer.PromptText;
import java.time.LocalDateTime;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Renders a chat template for one request, with the same named tokens, switches and time in every rendering. Immutable.
 */
final class PromptLayout {

    /** Rendering steps that each character of the messages adds to the default limit. */
    private static final int STEPS_PER_CHARACTER = 100;

    /**
     * Output characters that each character of the messages adds to the default limit: a marked character takes two,
     * and schemas are printed over many lines.
     */
    private static final int OUTPUT_PER_CHARACTER = 4;

    private final Template template;
    private final Map<String, Object> variables;
    private final LocalDateTime now;

    PromptLayout(Template template, Map<String, Object> variables, LocalDateTime now) {
        this.template = template;
        this.variables = Map.copyOf(variables);
        this.now = now;
    }

    /**
     * Renders a conversation. The text of the selected messages is marked, and so is everything about tools and
     * thoughts.
     *
     * @param marked selects the messages whose text the template must not read
     * @return the prompt, in which everything that was marked is user text; empty if the template splits a mark
     * @throws TemplateException.Raised if the template rejects the conversation
     * @throws TemplateException if it cannot be rendered within limits that grow with the conversation
     */
    Optional<PromptText> lay(Prompt.Chat chat, Predicate<ChatMessage> marked) {
        return MarkedText.unmark(render(chat, new ChatVariables(marked, MarkedText::mark)));
    }

    /** Renders like {@link #lay}, but for a conversation without user text, so that nothing is marked. */
    String layPlain(Prompt.Chat chat) {
        return render(chat, new ChatVariables(message -> false, text -> text));
    }

    private String render(Prompt.Chat chat, ChatVariables form) {
        Map<String, Object> all = new HashMap<>(variables);
        all.put("messages", form.messages(chat.messages()));
        if (!chat.tools().callable().isEmpty()) {
            all.put("tools", form.tools(chat.tools().callable()));
        }
        all.put("add_generation_prompt", true);
        long characters = chat.characters();
        Budget.Limits base = Budget.Limits.DEFAULT;
        Budget.Limits limits = new Budget.Limits(
                base.maxSteps() + STEPS_PER_CHARACTER * characters,
                (int) Math.min(Integer.MAX_VALUE, base.maxOutputCharacters() + OUTPUT_PER_CHARACTER * characters),
                base.maxDepth());
        return template.render(all, now, limits);
    }
}
