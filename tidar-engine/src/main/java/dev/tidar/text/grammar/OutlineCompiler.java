package dev.tidar.text.grammar;

import dev.tidar.text.grammar.rule.DeferredRule;
import dev.tidar.text.grammar.rule.Rule;
import dev.tidar.text.grammar.rule.RuleSet;
import dev.tidar.text.grammar.schema.SchemaCompiler;
import dev.tidar.text.grammar.vocabulary.Vocabulary;
import dev.tidar.api.AnswerFormat;
import dev.tidar.text.answer.Outline;
import dev.tidar.text.grammar.automaton.ByteAutomaton;
import dev.tidar.text.grammar.automaton.Encoding;
import dev.tidar.text.grammar.automaton.FreeText;
import dev.tidar.text.grammar.automaton.Regex;
import dev.tidar.text.grammar.automaton.RegexParser;
import dev.tidar.text.grammar.automaton.TextAutomaton;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Compiles outlines to rules. Parts that are equal share one rule. Confined to the thread that compiles. */
final class OutlineCompiler {

    private final RuleSet rules;
    private final Vocabulary vocabulary;
    private final Map<Outline, Rule> known = new HashMap<>();

    OutlineCompiler(RuleSet rules, Vocabulary vocabulary) {
        this.rules = rules;
        this.vocabulary = vocabulary;
    }

    /** What an outline is called in messages to whoever wrote the request. */
    static String name(Outline outline) {
        if (outline instanceof Outline.Value value) {
            AnswerFormat format = value.format();
            return format instanceof AnswerFormat.Regex
                    ? "regex"
                    : format instanceof AnswerFormat.Choices ? "choices" : "schema";
        }
        return "the outline of the answer";
    }

    Rule rule(Outline outline) {
        Rule found = known.get(outline);
        if (found == null) {
            found = compile(outline);
            known.put(outline, found);
        }
        return found;
    }

    private Rule compile(Outline outline) {
        if (outline instanceof Outline.Value value) {
            return value(value.format());
        }
        if (outline instanceof Outline.Tag tag) {
            return rules.terminal(ByteAutomaton.of(
                    vocabulary.named(tag.name()).orElseGet(() -> tag.name().getBytes(StandardCharsets.UTF_8))));
        }
        if (outline instanceof Outline.UpTo text) {
            return rules.terminal(FreeText.upTo(marks(List.of(text.tag())), beginning(text.without()), rules.work()));
        }
        if (outline instanceof Outline.Free text) {
            return rules.freeText(FreeText.without(marks(text.tags()), beginning(text.without()), rules.work()));
        }
        if (outline instanceof Outline.InTurn parts) {
            return inTurn(parts.parts());
        }
        if (outline instanceof Outline.AnyOf any) {
            return rules.choice(any.choices().stream().map(this::rule).toList());
        }
        return repeated((Outline.Repeated) outline);
    }

    private Rule inTurn(List<Outline> parts) {
        return parts.isEmpty()
                ? rules.terminal(texts(RegexParser.parse("nothing", "")))
                : rules.sequence(parts.stream().map(this::rule).toList());
    }

    private Rule repeated(Outline.Repeated repeated) {
        DeferredRule again = rules.deferred();
        Rule part = rules.sequence(rule(repeated.part()), again);
        again.define(rules.choice(List.of(rule(repeated.end()), part)));
        return again;
    }

    private Rule value(AnswerFormat format) {
        if (format instanceof AnswerFormat.Regex regex) {
            return rules.terminal(texts(RegexParser.parse("regex", regex.expression())));
        }
        if (format instanceof AnswerFormat.Choices choices) {
            return rules.terminal(Encoding.utf8(TextAutomaton.of(choices.texts(), rules.work()), rules.work()));
        }
        String schema = format instanceof AnswerFormat.JsonSchema json ? json.text() : "true";
        return SchemaCompiler.compile(schema, rules);
    }

    private ByteAutomaton texts(Regex regex) {
        return Encoding.utf8(TextAutomaton.of(regex, rules.work()), rules.work());
    }

    private Optional<ByteAutomaton> beginning(Optional<String> regex) {
        return regex.map(expression -> texts(RegexParser.parse("beginning", expression)));
    }

    /** Tags as token and as text. */
    private List<byte[]> marks(Collection<String> tags) {
        List<byte[]> marks = new ArrayList<>();
        for (String tag : tags) {
            marks.add(tag.getBytes(StandardCharsets.UTF_8));
            vocabulary.named(tag).ifPresent(marks::add);
        }
        return marks;
    }
}
