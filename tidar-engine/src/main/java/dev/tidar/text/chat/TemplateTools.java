package dev.tidar.text.chat;

import dev.tidar.api.ChatMessage;
import dev.tidar.api.Prompt;
import dev.tidar.api.Tool;
import dev.tidar.api.ToolCall;
import dev.tidar.api.Tools;
import dev.tidar.text.answer.ToolSyntax;
import dev.tidar.text.jinja.Template;
import dev.tidar.text.jinja.value.TemplateException;
import dev.tidar.text.tokenizer.PromptText;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Determines how a chat template writes tool calls, by rendering a conversation that contains one. A template supports
 * tools if it reads {@code tools}, renders the tool, the call and the result without altering their text, and writes
 * the call in a syntax that answers are parsed in.
 */
final class TemplateTools {

    private static final String DESCRIPTION = "How warm is it out there?";
    private static final String RESULT = "fifteen degrees";

    private static final Prompt.Chat CONVERSATION = new Prompt.Chat(List.of(
                    ChatMessage.user("Is it warm?"),
                    ChatMessage.assistant(
                            "", List.of(new ToolCall("call00000", "warmth", "{\"city\": \"Paris\", \"days\": [1]}"))),
                    ChatMessage.tool("call00000", RESULT)))
            .withTools(
                    Tools.of(
                            new Tool(
                                    "warmth",
                                    DESCRIPTION,
                                    "{\"type\": \"object\", \"properties\": {\"city\": {\"type\": \"string\"}}, \"required\": [\"city\"]}")));

    private static final Map<ToolSyntax, Pattern> CALLS = Map.of(
            ToolSyntax.HERMES,
                    Pattern.compile("<tool_call>\\s*\\{\\s*(\"name\":\\s*\"warmth\"|\"arguments\":\\s*\\{\"city\")"),
            ToolSyntax.MISTRAL,
                    Pattern.compile(
                            "\\[TOOL_CALLS]\\s*\\[\\{\"name\":\\s*\"warmth\",\\s*\"arguments\":\\s*\\{\"city\""),
            ToolSyntax.LLAMA, Pattern.compile("\\{\"name\":\\s*\"warmth\",\\s*\"parameters\":\\s*\\{\"city\""));

    private static final String SYSTEM = "Be brief.";

    private TemplateTools() {}

    /** Whether a template writes a system message; some reject it, and some leave it out. */
    static boolean writesSystem(PromptLayout layout) {
        try {
            return layout.layPlain(
                            new Prompt.Chat(List.of(ChatMessage.system(SYSTEM), ChatMessage.user("Is it late?"))))
                    .contains(SYSTEM);
        } catch (TemplateException e) {
            return false;
        }
    }

    /**
     * Returns the syntax of a template's tool calls; empty if it does not support tools, or uses a syntax that answers
     * are not parsed in.
     */
    static Optional<ToolSyntax> syntax(Template template, PromptLayout layout) {
        if (!template.reads("tools")) {
            return Optional.empty();
        }
        try {
            String plain = layout.layPlain(CONVERSATION);
            Optional<String> marked = layout.lay(CONVERSATION, message -> true).map(PromptText::text);
            if (!marked.equals(Optional.of(plain)) || !plain.contains(DESCRIPTION) || !plain.contains(RESULT)) {
                return Optional.empty();
            }
            return CALLS.entrySet().stream()
                    .filter(entry -> entry.getValue().matcher(plain).find())
                    .map(Map.Entry::getKey)
                    .findFirst();
        } catch (TemplateException e) {
            return Optional.empty();
        }
    }
}
