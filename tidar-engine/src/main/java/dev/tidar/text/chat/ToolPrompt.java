package dev.tidar.text.chat;

import dev.tidar.api.ChatMessage;
import dev.tidar.api.Prompt;
import dev.tidar.api.Tool;
import dev.tidar.api.ToolCall;
import dev.tidar.api.Tools;
import dev.tidar.json.Json;
import dev.tidar.text.answer.ToolSyntax;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import tools.jackson.databind.node.ObjectNode;

/**
 * Describes tools to models whose chat template does not support them, in the form of Hermes and Qwen and as the text
 * of ordinary messages. The end of the system message, or the beginning of the user's first message if the template
 * writes no system message, lists the tools and says how to call them; a call is text of the assistant; the results of
 * calls become a message of the user.
 */
final class ToolPrompt {

    /** The syntax of calls in this form. */
    static final ToolSyntax SYNTAX = ToolSyntax.HERMES;

    private static final String BEFORE_SIGNATURES = """
            # Tools

            You may call one or more functions to assist with the user query.

            You are provided with function signatures within <tools></tools> XML tags:
            <tools>
            """;

    private static final String AFTER_SIGNATURES = """

            </tools>

            For each function call, return a json object with function name and arguments within <tool_call></tool_call> XML tags:
            <tool_call>
            {"name": <function-name>, "arguments": <args-json-object>}
            </tool_call>""";

    private ToolPrompt() {}

    /**
     * Returns the same conversation with its tools, calls and results described in the text of messages.
     *
     * @param writesSystem whether the template writes a system message
     */
    static Prompt.Chat asText(Prompt.Chat chat, boolean writesSystem) {
        List<Tool> tools = chat.tools().callable();
        List<ChatMessage> described = tools.isEmpty()
                ? chat.messages()
                : writesSystem
                        ? withSystem(chat.messages(), instructions(tools))
                        : withUser(chat.messages(), instructions(tools));
        List<ChatMessage> plain = new ArrayList<>(described.size());
        boolean afterResult = false;
        for (ChatMessage message : described) {
            boolean isResult = message.callId().isPresent();
            if (isResult && afterResult) {
                ChatMessage last = plain.remove(plain.size() - 1);
                plain.add(last.withText(last.text() + "\n" + result(message)));
            } else if (isResult) {
                plain.add(ChatMessage.user(result(message)));
            } else {
                plain.add(message.toolCalls().isEmpty() ? message : called(message));
            }
            afterResult = isResult;
        }
        return new Prompt.Chat(plain, Tools.NONE, chat.thinking());
    }

    private static List<ChatMessage> withSystem(List<ChatMessage> messages, String instructions) {
        boolean hasSystem = !messages.isEmpty() && messages.get(0).role().equals("system");
        List<ChatMessage> all = new ArrayList<>(messages.subList(hasSystem ? 1 : 0, messages.size()));
        String before = hasSystem ? messages.get(0).text() + "\n\n" : "";
        all.add(0, ChatMessage.system(before + instructions));
        return all;
    }

    private static List<ChatMessage> withUser(List<ChatMessage> messages, String instructions) {
        List<ChatMessage> all = new ArrayList<>(messages);
        for (int i = 0; i < all.size(); i++) {
            if (all.get(i).role().equals("user")) {
                all.set(
                        i,
                        all.get(i).withText(instructions + "\n\n" + all.get(i).text()));
                return all;
            }
        }
        all.add(0, ChatMessage.user(instructions));
        return all;
    }

    private static String instructions(List<Tool> tools) {
        return tools.stream()
                .map(ToolPrompt::signature)
                .collect(Collectors.joining("\n", BEFORE_SIGNATURES, AFTER_SIGNATURES));
    }

    private static String signature(Tool tool) {
        ObjectNode root = Json.object();
        root.put("type", "function");
        root.putObject("function")
                .put("name", tool.name())
                .put("description", tool.description())
                .set("parameters", Json.read(tool.parameters()));
        return Json.write(root);
    }

    private static String result(ChatMessage message) {
        return "<tool_response>\n" + message.text() + "\n</tool_response>";
    }

    private static ChatMessage called(ChatMessage message) {
        String calls = message.toolCalls().stream().map(ToolPrompt::call).collect(Collectors.joining("\n"));
        String text = message.text().isEmpty() ? calls : message.text() + "\n" + calls;
        ChatMessage said = ChatMessage.assistant(text);
        return message.reasoning().map(said::withReasoning).orElse(said);
    }

    private static String call(ToolCall call) {
        return "%s\n{\"name\": \"%s\", \"%s\": %s}\n%s"
                .formatted(
                        SYNTAX.openings().get(0),
                        call.name(),
                        SYNTAX.argumentsKey(),
                        call.arguments(),
                        SYNTAX.closing().orElseThrow());
    }
}
