package dev.tidar.text.answer;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What {@link AnswerParser} recognizes in one answer.
 *
 * @param thoughts where thoughts may come
 * @param toolSyntax how calls are written; empty if the answer may call no tool, so that nothing in it is a call
 * @param toolNames the tools that may be called; what looks like a call of any other tool is text
 * @param calls where calls may come
 */
public record AnswerSyntax(Thoughts thoughts, Optional<ToolSyntax> toolSyntax, Set<String> toolNames, Calls calls) {

    /** The syntax of an answer that is nothing but text. */
    public static final AnswerSyntax PLAIN = new AnswerSyntax(Thoughts.NONE, Optional.empty(), Set.of());

    /** The syntax of an answer in which calls may come anywhere. */
    public AnswerSyntax(Thoughts thoughts, Optional<ToolSyntax> toolSyntax, Set<String> toolNames) {
        this(thoughts, toolSyntax, toolNames, Calls.ANYWHERE);
    }

    public AnswerSyntax {
        toolNames = Set.copyOf(toolNames);
        if (toolSyntax.isPresent() == toolNames.isEmpty()) {
            throw new IllegalArgumentException(
                    "a syntax of calls comes with tools to call, but is %s with %s".formatted(toolSyntax, toolNames));
        }
    }

    /** This syntax for an answer with a format: either it calls tools, or nothing in it is a call. */
    public AnswerSyntax withFormat() {
        return new AnswerSyntax(thoughts, toolSyntax, toolNames, Calls.AT_START);
    }

    /**
     * The tags that are recognized. If one is a control token, the text that is parsed must contain it nevertheless.
     */
    public Set<String> tags() {
        Set<String> tags = new HashSet<>();
        if (thoughts != Thoughts.NONE) {
            tags.addAll(List.of(AnswerParser.OPEN_THOUGHTS, AnswerParser.CLOSE_THOUGHTS));
        }
        toolSyntax.ifPresent(calling -> {
            tags.addAll(calling.openings());
            calling.closing().ifPresent(tags::add);
        });
        return tags;
    }

    /** Where thoughts may come. */
    public enum Thoughts {
        /** Nowhere; their tags are text. */
        NONE,
        /** At the beginning, if the answer starts with their opening tag. */
        MAY_COME,
        /** At the beginning, without an opening tag, because the prompt ends with it. */
        OPEN
    }

    /** Where calls may come. */
    public enum Calls {
        ANYWHERE,
        /** At the beginning, or after thoughts and other calls. */
        AT_START
    }
}
