package dev.tidar.text.answer;

import dev.tidar.api.AnswerFormat;
import dev.tidar.api.AnswerFormat.Regex;
import dev.tidar.api.Tool;
import dev.tidar.api.Tools;
import dev.tidar.api.Tools.Choice.Mode;
import dev.tidar.text.answer.AnswerSyntax.Thoughts;
import dev.tidar.text.answer.Outline.AnyOf;
import dev.tidar.text.answer.Outline.Free;
import dev.tidar.text.answer.Outline.InTurn;
import dev.tidar.text.answer.Outline.Repeated;
import dev.tidar.text.answer.Outline.Tag;
import dev.tidar.text.answer.Outline.UpTo;
import dev.tidar.text.answer.Outline.Value;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What an answer is held to, such that {@link AnswerParser} finds in it what was asked for: thoughts first and free,
 * then what the request says. Where tools may be called the answer stays free up to a call, and each call is held to
 * the schema of its tool; where they must be called, or the answer has a format, nothing else comes.
 */
public final class AnswerOutline {

    private static final Outline AFTER_THOUGHTS = new Value(new Regex("[ \\n]{0,2}"));

    private final Tools tools;
    private final Optional<ToolSyntax> syntax;
    private final Optional<AnswerFormat> format;

    private AnswerOutline(Tools tools, Optional<ToolSyntax> syntax, Optional<AnswerFormat> format) {
        this.tools = tools;
        this.syntax = syntax;
        this.format = format;
    }

    /**
     * What an answer is held to.
     *
     * @param syntax how the answer is read
     * @param tools those of the request; their schemas must be such that a grammar can hold them
     * @param format what the answer has to keep to where it calls no tool
     * @return empty if any text will do
     */
    public static Optional<Outline> of(AnswerSyntax syntax, Tools tools, Optional<AnswerFormat> format) {
        return new AnswerOutline(tools, syntax.syntax(), format).body().map(body -> afterThoughts(syntax, body));
    }

    private static Outline afterThoughts(AnswerSyntax syntax, Outline body) {
        UpTo thoughts = new UpTo(AnswerParser.CLOSE_THOUGHTS, Optional.empty());
        if (syntax.thoughts() == Thoughts.NONE) {
            return body;
        }
        if (syntax.thoughts() == Thoughts.OPEN) {
            return InTurn.of(thoughts, AFTER_THOUGHTS, body);
        }
        Outline opened = InTurn.of(new Tag(AnswerParser.OPEN_THOUGHTS), thoughts, AFTER_THOUGHTS);
        return InTurn.of(AnyOf.of(Outline.NOTHING, opened), body);
    }

    private Optional<Outline> body() {
        if (syntax.isEmpty()) {
            return format.map(Value::new);
        }
        if (tools.choice().mustCall()) {
            return Optional.of(calls(syntax.get()));
        }
        return Optional.of(format.<Outline>map(value -> AnyOf.of(new Value(value), calls(syntax.get())))
                .orElseGet(() -> textWithCalls(syntax.get())));
    }

    /** Nothing but calls; one alone where one tool was asked for by name. */
    private Outline calls(ToolSyntax calls) {
        Outline opened = opened(calls);
        Outline first = calls == ToolSyntax.LLAMA ? opened : InTurn.of(tag(calls), opened);
        if (isOne() || calls == ToolSyntax.MISTRAL) {
            return first;
        }
        String divider = calls == ToolSyntax.LLAMA ? ";" : "\\n?";
        return InTurn.of(first, new Repeated(InTurn.of(new Value(new Regex(divider)), first), Outline.NOTHING));
    }

    /** Any text, in which each call is held to the tools. Llama calls without a tag as well. */
    private Outline textWithCalls(ToolSyntax calls) {
        boolean bare = calls == ToolSyntax.LLAMA;
        Optional<String> beginning = bare ? Optional.of(beginningOfBareCall()) : Optional.empty();
        Set<String> tags = Set.copyOf(calls.openings());
        Outline tagged = InTurn.of(new UpTo(calls.openings().get(0), beginning), opened(calls));
        Outline call = bare ? AnyOf.of(tagged, InTurn.of(new Value(new Regex("(;\\s?)?")), opened(calls))) : tagged;
        return new Repeated(call, new Free(tags, beginning));
    }

    private static Tag tag(ToolSyntax calls) {
        return new Tag(calls.openings().get(0));
    }

    /** What stands after the opening of a call. */
    private Outline opened(ToolSyntax calls) {
        List<Tool> callable = tools.callable();
        if (calls == ToolSyntax.MISTRAL) {
            return new Value(CallSchema.list(callable, calls.argumentsKey(), isOne()));
        }
        Outline json = new Value(CallSchema.call(callable, calls.argumentsKey()));
        return calls.closing()
                .<Outline>map(close -> InTurn.of(json, new Value(new Regex("\\n?")), new Tag(close)))
                .orElse(json);
    }

    private String beginningOfBareCall() {
        return tools.callable().stream()
                .map(tool -> tool.name().replace(".", "\\."))
                .collect(Collectors.joining(
                        "|",
                        "%s\\{%s\"name\":%s\"(".formatted(Outline.JSON_SPACE, Outline.JSON_SPACE, Outline.JSON_SPACE),
                        ")\""));
    }

    private boolean isOne() {
        return tools.choice().mode() == Mode.ONE;
    }
}
