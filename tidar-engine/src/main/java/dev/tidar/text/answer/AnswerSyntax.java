package dev.tidar.text.answer;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What is looked for in one answer.
 *
 * @param thoughts where thoughts may stand
 * @param syntax how calls are written; empty where the answer may call nothing, so that nothing in it is a call
 * @param toolNames the tools that may be called; what looks like the call of another one is text
 * @param calls where calls may stand
 */
public record AnswerSyntax(Thoughts thoughts, Optional<ToolSyntax> syntax, Set<String> toolNames, Calls calls) {

    /** An answer of which all is text. */
    public static final AnswerSyntax PLAIN = new AnswerSyntax(Thoughts.NONE, Optional.empty(), Set.of());

    /** An answer whose calls may stand anywhere. */
    public AnswerSyntax(Thoughts thoughts, Optional<ToolSyntax> syntax, Set<String> toolNames) {
        this(thoughts, syntax, toolNames, Calls.ANYWHERE);
    }

    public AnswerSyntax {
        toolNames = Set.copyOf(toolNames);
        if (syntax.isPresent() == toolNames.isEmpty()) {
            throw new IllegalArgumentException(
                    "a syntax of calls comes with tools to call, but is %s with %s".formatted(syntax, toolNames));
        }
    }

    /** The syntax of an answer that has a format: it calls tools, or it is a value in which nothing is a call. */
    public AnswerSyntax withFormat() {
        return new AnswerSyntax(thoughts, syntax, toolNames, Calls.AT_START);
    }

    /** The tags that are looked for. Where one is a control token, it has to show in the text that is read. */
    public Set<String> tags() {
        Set<String> tags = new HashSet<>();
        if (thoughts != Thoughts.NONE) {
            tags.addAll(List.of(AnswerParser.OPEN_THOUGHTS, AnswerParser.CLOSE_THOUGHTS));
        }
        syntax.ifPresent(s -> {
            tags.addAll(s.openings());
            s.closing().ifPresent(tags::add);
        });
        return tags;
    }

    /** Where thoughts may stand. */
    public enum Thoughts {
        /** Nowhere: their tags are text. */
        NONE,
        /** At the beginning, if the answer opens them with a tag. */
        MAY_COME,
        /** At the beginning: the prompt has opened them already. */
        OPEN
    }

    /** Where calls may stand. */
    public enum Calls {
        ANYWHERE,
        /** Before any text that is not thought. */
        AT_START
    }
}
