package dev.tidar.api;

import java.util.ArrayList;
import java.util.List;

/**
 * An answer in its parts.
 *
 * @param text the text for the reader
 * @param reasoning the thoughts before it, without their tags
 * @param toolCalls the calls of tools, in order, each with an id of its own
 */
public record Answer(String text, String reasoning, List<ToolCall> toolCalls) {

    public Answer {
        toolCalls = List.copyOf(toolCalls);
    }

    /** An answer that is only text. */
    public static Answer ofText(String text) {
        return new Answer(text, "", List.of());
    }

    /** Puts the parts of an answer together. */
    public static Answer of(List<Part> parts) {
        StringBuilder text = new StringBuilder();
        StringBuilder reasoning = new StringBuilder();
        List<ToolCall> calls = new ArrayList<>();
        for (Part part : parts) {
            if (part instanceof Text piece) {
                text.append(piece.text());
            } else if (part instanceof Reasoning piece) {
                reasoning.append(piece.text());
            } else {
                calls.add(((Call) part).call());
            }
        }
        return new Answer(text.toString(), reasoning.toString(), calls);
    }

    /** A part of an answer as it becomes final: a piece of text, a piece of thoughts, or a whole call. */
    public sealed interface Part {}

    /** The next piece of the text. */
    public record Text(String text) implements Part {}

    /** The next piece of the thoughts. */
    public record Reasoning(String text) implements Part {}

    /** A call, complete. */
    public record Call(ToolCall call) implements Part {}
}
