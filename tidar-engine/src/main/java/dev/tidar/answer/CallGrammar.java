package dev.tidar.answer;

import dev.tidar.api.Tool;
import dev.tidar.api.Tools;
import dev.tidar.api.Tools.Choice.Mode;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * What the calls of an answer are held to, for whoever masks its tokens: {@link #opening}, a JSON value of
 * {@link #schema}, {@link #closing}, and that again where it {@link #repeats}. Thoughts come before and are free.
 *
 * @param start where the first call begins
 * @param opening text before the JSON; its tag may be a control token, and is that token then
 * @param schema JSON Schema of the call, or of the array of calls, with the tools' own schemas under {@code $defs}
 * @param closing text behind the JSON
 * @param repeats whether further calls may follow the first
 */
public record CallGrammar(Start start, String opening, String schema, String closing, boolean repeats) {

    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    /** Where the first call begins. */
    public enum Start {
        /** The answer is nothing but calls. */
        AT_ONCE,
        /** The answer is free until the model has written the opening itself, and again behind the calls. */
        BEHIND_OPENING
    }

    /** What the calls of an answer are held to; empty where it may call nothing. */
    public static Optional<CallGrammar> of(Tools tools, ToolSyntax syntax) {
        List<Tool> callable = tools.callable();
        if (callable.isEmpty()) {
            return Optional.empty();
        }
        boolean only = tools.choice().mode() == Mode.ONE;
        boolean listed = syntax == ToolSyntax.MISTRAL;
        ObjectNode call = anyCall(callable, syntax.argumentsKey());
        ObjectNode root = listed ? list(call, only) : call;
        ObjectNode schemas = JSON.objectNode();
        callable.forEach(tool -> schemas.set(tool.name(), SchemaReferences.moved(tool)));
        root.set("$defs", schemas);
        boolean atOnce = tools.choice().mustCall();
        return Optional.of(new CallGrammar(
                atOnce ? Start.AT_ONCE : Start.BEHIND_OPENING,
                opening(syntax, atOnce),
                JsonMapper.shared().writeValueAsString(root),
                syntax.closing().map(tag -> "\n" + tag).orElse(""),
                !only && !listed));
    }

    /** Llama calls without a tag; what it writes behind its tag, where it does, is held to the tools all the same. */
    private static String opening(ToolSyntax syntax, boolean atOnce) {
        if (syntax == ToolSyntax.LLAMA && atOnce) {
            return "";
        }
        return syntax.openings().get(0) + (syntax == ToolSyntax.HERMES ? "\n" : "");
    }

    private static ObjectNode anyCall(List<Tool> tools, String argumentsKey) {
        if (tools.size() == 1) {
            return call(tools.get(0), argumentsKey);
        }
        ObjectNode any = JSON.objectNode();
        ArrayNode calls = any.putArray("anyOf");
        tools.forEach(tool -> calls.add(call(tool, argumentsKey)));
        return any;
    }

    private static ObjectNode call(Tool tool, String argumentsKey) {
        ObjectNode call = JSON.objectNode().put("type", "object");
        ObjectNode properties = call.putObject("properties");
        properties.putObject("name").put("const", tool.name());
        properties.putObject(argumentsKey).put("$ref", SchemaReferences.place(tool));
        call.putArray("required").add("name").add(argumentsKey);
        return call.put("additionalProperties", false);
    }

    private static ObjectNode list(ObjectNode item, boolean one) {
        ObjectNode list = JSON.objectNode().put("type", "array").put("minItems", 1);
        if (one) {
            list.put("maxItems", 1);
        }
        list.set("items", item);
        return list;
    }
}
