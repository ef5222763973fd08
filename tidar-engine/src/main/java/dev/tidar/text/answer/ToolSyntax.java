package dev.tidar.text.answer;

import java.util.List;
import java.util.Optional;

/** The syntax in which a family of models writes tool calls. */
public enum ToolSyntax {
    /** {@code <tool_call>{"name": ..., "arguments": {...}}</tool_call>}, repeated for several calls: Hermes, Qwen. */
    HERMES("arguments", List.of("<tool_call>"), Optional.of("</tool_call>"), false),
    /**
     * {@code {"name": ..., "parameters": {...}}} as the whole answer, several calls separated by semicolons, or the
     * same after {@code <|python_tag|>}: Llama 3.
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

    /** The key of the arguments in the JSON of a call. */
    public String argumentsKey() {
        return argumentsKey;
    }

    /** The opening tags of a call. If one is a control token, the text that is parsed must contain it nevertheless. */
    public List<String> openings() {
        return openings;
    }

    /** The closing tag of a call, if there is one. */
    public Optional<String> closing() {
        return closing;
    }

    /** Whether a call at the beginning of an answer needs no opening tag. */
    boolean isBare() {
        return bare;
    }
}
