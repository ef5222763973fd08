package dev.tidar.text.answer;

import dev.tidar.api.AnswerFormat;
import dev.tidar.api.AnswerFormat.Regex;
import dev.tidar.api.Tool;
import dev.tidar.api.Tools;
import dev.tidar.api.Tools.AtLimit;
import dev.tidar.api.Tools.Choice.Mode;
import dev.tidar.text.answer.AnswerSyntax.Thoughts;
import dev.tidar.text.answer.StructuralTags.AnyOf;
import dev.tidar.text.answer.StructuralTags.AnyText;
import dev.tidar.text.answer.StructuralTags.AnyTextUntil;
import dev.tidar.text.answer.StructuralTags.Cuttable;
import dev.tidar.text.answer.StructuralTags.Formatted;
import dev.tidar.text.answer.StructuralTags.Repeated;
import dev.tidar.text.answer.StructuralTags.Sequence;
import dev.tidar.text.answer.StructuralTags.Tag;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Builds the structural tags of one request, such that {@link AnswerParser} finds in the answer what the request asked
 * for. Thoughts come first and are free text. Where tools may be called, the answer is free text up to a call, and each
 * call must satisfy the schema of its tool. Where tools must be called, or where the answer has a format, it consists
 * of nothing else.
 */
final class StructuralTagsBuilder {

    private static final StructuralTags AFTER_THOUGHTS = new Formatted(new Regex("[ \\n]{0,2}"));

    private final Tools tools;
    private final Optional<ToolSyntax> syntax;
    private final Optional<AnswerFormat> format;

    private StructuralTagsBuilder(Tools tools, Optional<ToolSyntax> syntax, Optional<AnswerFormat> format) {
        this.tools = tools;
        this.syntax = syntax;
        this.format = format;
    }

    /** Builds the tags; {@link StructuralTags#of} describes parameters and result. */
    static Optional<StructuralTags> of(AnswerSyntax syntax, Tools tools, Optional<AnswerFormat> format) {
        StructuralTagsBuilder builder = new StructuralTagsBuilder(tools, syntax.toolSyntax(), format);
        Optional<StructuralTags> answer = builder.body().map(body -> afterThoughts(syntax, body));
        return builder.mayBeCut() ? answer.map(Cuttable::new) : answer;
    }

    /**
     * Whether the limit on tokens cuts the answer wherever it comes: a call that it led to its end would not be the
     * model's. An answer with a format is led to its end, and so are calls if the request asks for it.
     */
    private boolean mayBeCut() {
        return tools.choice().mustCall() ? tools.atLimit() == AtLimit.ERROR : format.isEmpty();
    }

    private static StructuralTags afterThoughts(AnswerSyntax syntax, StructuralTags body) {
        AnyTextUntil thoughts = new AnyTextUntil(AnswerParser.CLOSE_THOUGHTS, Optional.empty());
        if (syntax.thoughts() == Thoughts.NONE) {
            return body;
        }
        if (syntax.thoughts() == Thoughts.OPEN) {
            return Sequence.of(thoughts, AFTER_THOUGHTS, body);
        }
        StructuralTags opened = Sequence.of(new Tag(AnswerParser.OPEN_THOUGHTS), thoughts, AFTER_THOUGHTS);
        return Sequence.of(AnyOf.of(StructuralTags.NOTHING, opened), body);
    }

    private Optional<StructuralTags> body() {
        if (syntax.isEmpty()) {
            return format.map(Formatted::new);
        }
        if (tools.choice().mustCall()) {
            return Optional.of(calls(syntax.get()));
        }
        return Optional.of(format.<StructuralTags>map(
                        value -> AnyOf.of(new Formatted(value), new Cuttable(calls(syntax.get()))))
                .orElseGet(() -> textWithCalls(syntax.get())));
    }

    /** Only calls: exactly one if the request asks for one tool by name, otherwise one or more. */
    private StructuralTags calls(ToolSyntax calls) {
        StructuralTags opened = opened(calls);
        StructuralTags first = calls == ToolSyntax.LLAMA ? opened : Sequence.of(tag(calls), opened);
        if (isOne() || calls == ToolSyntax.MISTRAL) {
            return first;
        }
        String separator = calls == ToolSyntax.LLAMA ? ";" : "\\n?";
        return Sequence.of(
                first, new Repeated(Sequence.of(new Formatted(new Regex(separator)), first), StructuralTags.NOTHING));
    }

    /** Free text with calls in it, each of which must be a valid call of a tool. Llama may also call without a tag. */
    private StructuralTags textWithCalls(ToolSyntax calls) {
        boolean bare = calls == ToolSyntax.LLAMA;
        Optional<String> bareCall = bare ? Optional.of(startOfBareCall()) : Optional.empty();
        Set<String> tags = Set.copyOf(calls.openings());
        StructuralTags tagged = Sequence.of(new AnyTextUntil(calls.openings().get(0), bareCall), opened(calls));
        StructuralTags call =
                bare ? AnyOf.of(tagged, Sequence.of(new Formatted(new Regex("(;\\s?)?")), opened(calls))) : tagged;
        return new Repeated(call, new AnyText(tags, bareCall));
    }

    private static Tag tag(ToolSyntax calls) {
        return new Tag(calls.openings().get(0));
    }

    /** The part of a call after its opening tag. */
    private StructuralTags opened(ToolSyntax calls) {
        List<Tool> callable = tools.callable();
        if (calls == ToolSyntax.MISTRAL) {
            return new Formatted(CallSchema.list(callable, calls.argumentsKey(), isOne()));
        }
        StructuralTags json = new Formatted(CallSchema.call(callable, calls.argumentsKey()));
        return calls.closing()
                .<StructuralTags>map(close -> Sequence.of(json, new Formatted(new Regex("\\n?")), new Tag(close)))
                .orElse(json);
    }

    /** A regular expression for the start of a call without a tag, up to the end of the tool's name. */
    private String startOfBareCall() {
        return tools.callable().stream()
                .map(tool -> tool.name().replace(".", "\\."))
                .collect(Collectors.joining(
                        "|",
                        "%s\\{%s\"name\":%s\"("
                                .formatted(
                                        StructuralTags.JSON_SPACE,
                                        StructuralTags.JSON_SPACE,
                                        StructuralTags.JSON_SPACE),
                        ")\""));
    }

    private boolean isOne() {
        return tools.choice().mode() == Mode.ONE;
    }
}
