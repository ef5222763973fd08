package dev.tidar.text.answer;

import java.util.List;
import java.util.Optional;

/** How a family of models writes tool calls. */
public enum ToolSyntax {
    /** {@code <tool_call>{"name": ..., "arguments": {...}}</tool_call>}, one after the other: Hermes, Qwen. */
    HERMES("arguments", List.of("<tool_call>"), Optional.of("</tool_call>"), false),
    /**
     * An answer that is nothing but {@code {"name": ..., "parameters": {...}}}, several divided by semicolons, or that
     * after {@code <|python_tag|>}: Llama 3.
     */
    LLAMA("parameters", List.of("<|python_tag|>"), Optional.empty(), true),
    /** {@code [TOOL_CALLS][{"name": ..., "arguments": {...}}, ...]}: Mistral. */
    MISTRAL("arguments", List.of("[TOOL_CALLS]"), Optional.empty(), false);

    private final String argumentsKey;
    private final List<String> openings;
    private final Optional<String> closing;
    private final boolean bare;

    ToolSyntax(String argumentsKey, List<String> openings, Optional<String> closing, boolean bare) {
        this.argumentsKey = argumentsKey;
        this.openings = openings;
        this.closing = closing;
        this.bare = bare;
    }

    /** Key of the arguments in the JSON of a call. */
    public String argumentsKey() {
        return argumentsKey;
    }

    /** What a call stands after. Where it is a control token, it has to show in the text that is read. */
    public List<String> openings() {
        return openings;
    }

    /** What follows a call. */
    public Optional<String> closing() {
        return closing;
    }

    /** Whether a call needs no opening where an answer begins with it. */
    boolean isBare() {
        return bare;
    }
}
