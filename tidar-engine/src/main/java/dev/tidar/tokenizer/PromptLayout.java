package dev.tidar.tokenizer;

import dev.tidar.api.ChatMessage;
import dev.tidar.jinja.RenderLimits;
import dev.tidar.jinja.Template;
import dev.tidar.jinja.TemplateException;
import dev.tidar.jinja.TemplateRaisedException;
import java.time.LocalDateTime;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/** Renders a chat template for one request: the same named tokens, switches and time in every rendering. Immutable. */
final class PromptLayout {

    /** Steps of rendering for each character of the messages, above those that every rendering may take. */
    private static final int STEPS_PER_CHARACTER = 100;

    private final Template template;
    private final Map<String, Object> variables;
    private final LocalDateTime now;

    PromptLayout(Template template, Map<String, Object> variables, LocalDateTime now) {
        this.template = template;
        this.variables = Map.copyOf(variables);
        this.now = now;
    }

    /**
     * Lays out messages with the text of some of them marked.
     *
     * @param marked which messages the template must not read
     * @return the prompt, in which the text of those messages is user text; empty when the template tears it apart
     * @throws TemplateRaisedException if the template refuses the conversation
     * @throws TemplateException if it cannot be rendered within bounds that grow with the conversation
     */
    Optional<PromptText> lay(List<ChatMessage> messages, Predicate<ChatMessage> marked) {
        return MarkedText.unmark(render(messages.stream()
                .map(message -> marked.test(message)
                        ? new ChatMessage(message.role(), MarkedText.mark(message.text()))
                        : message)
                .toList()));
    }

    private String render(List<ChatMessage> messages) {
        Map<String, Object> all = new HashMap<>(variables);
        all.put(
                "messages",
                messages.stream()
                        .map(m -> Map.of("role", m.role(), "content", m.text()))
                        .toList());
        all.put("add_generation_prompt", true);
        long characters = messages.stream().mapToLong(m -> m.text().length()).sum();
        RenderLimits base = RenderLimits.DEFAULT;
        RenderLimits limits = new RenderLimits(
                base.maxSteps() + STEPS_PER_CHARACTER * characters,
                (int) Math.min(Integer.MAX_VALUE, base.maxOutputCharacters() + 2 * characters),
                base.maxDepth());
        return template.render(all, now, limits);
    }
}
