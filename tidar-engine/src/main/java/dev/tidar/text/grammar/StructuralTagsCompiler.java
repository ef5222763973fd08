package dev.tidar.text.grammar;

import dev.tidar.api.AnswerFormat;
import dev.tidar.text.answer.StructuralTags;
import dev.tidar.text.grammar.automaton.ByteAutomaton;
import dev.tidar.text.grammar.automaton.Encoding;
import dev.tidar.text.grammar.automaton.FreeText;
import dev.tidar.text.grammar.automaton.Regex;
import dev.tidar.text.grammar.automaton.RegexParser;
import dev.tidar.text.grammar.automaton.TextAutomaton;
import dev.tidar.text.grammar.rule.ChoiceRule;
import dev.tidar.text.grammar.rule.Rule;
import dev.tidar.text.grammar.rule.RuleSet;
import dev.tidar.text.grammar.schema.SchemaCompiler;
import dev.tidar.text.grammar.vocabulary.Vocabulary;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Compiles structural tags to rules. Equal parts share one rule. Confined to the thread that compiles. */
final class StructuralTagsCompiler {

    private final RuleSet rules;
    private final Vocabulary vocabulary;
    private final Map<StructuralTags, Rule> known = new HashMap<>();

    StructuralTagsCompiler(RuleSet rules, Vocabulary vocabulary) {
        this.rules = rules;
        this.vocabulary = vocabulary;
    }

    /** The name of the tags in messages to the author of the request. */
    static String name(StructuralTags tags) {
        if (tags instanceof StructuralTags.Cuttable cuttable) {
            return name(cuttable.part());
        }
        if (tags instanceof StructuralTags.Formatted value) {
            AnswerFormat format = value.format();
            return format instanceof AnswerFormat.Regex
                    ? "regex"
                    : format instanceof AnswerFormat.Choices ? "choices" : "schema";
        }
        return "the structure of the answer";
    }

    Rule rule(StructuralTags tags) {
        Rule found = known.get(tags);
        if (found == null) {
            found = compile(tags);
            known.put(tags, found);
        }
        return found;
    }

    private Rule compile(StructuralTags tags) {
        if (tags instanceof StructuralTags.Formatted value) {
            return format(value.format());
        }
        if (tags instanceof StructuralTags.Tag tag) {
            return rules.terminal(ByteAutomaton.of(
                    vocabulary.named(tag.name()).orElseGet(() -> tag.name().getBytes(StandardCharsets.UTF_8))));
        }
        if (tags instanceof StructuralTags.AnyTextUntil text) {
            return rules.terminal(
                    FreeText.upTo(spellings(List.of(text.tag())), automaton(text.excludedStart()), rules.work()));
        }
        if (tags instanceof StructuralTags.AnyText text) {
            return rules.terminal(
                    FreeText.without(spellings(text.excludedTags()), automaton(text.excludedStart()), rules.work()));
        }
        if (tags instanceof StructuralTags.Sequence parts) {
            return sequence(parts.parts());
        }
        if (tags instanceof StructuralTags.AnyOf any) {
            return rules.choice(any.choices().stream().map(this::rule).toList());
        }
        if (tags instanceof StructuralTags.Cuttable cuttable) {
            return rules.cuttable(rule(cuttable.part()));
        }
        return repeated((StructuralTags.Repeated) tags);
    }

    private Rule sequence(List<StructuralTags> parts) {
        return parts.isEmpty()
                ? rules.terminal(texts(RegexParser.parse("nothing", "")))
                : rules.sequence(parts.stream().map(this::rule).toList());
    }

    private Rule repeated(StructuralTags.Repeated repeated) {
        ChoiceRule again = rules.deferredChoice();
        Rule part = rules.sequence(rule(repeated.part()), again);
        again.define(List.of(rule(repeated.end()), part));
        return again;
    }

    private Rule format(AnswerFormat format) {
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

    private Optional<ByteAutomaton> automaton(Optional<String> regex) {
        return regex.map(expression -> texts(RegexParser.parse("beginning", expression)));
    }

    /** The byte strings that spell these tags: each as text, and as a token if the model has one. */
    private List<byte[]> spellings(Collection<String> tags) {
        List<byte[]> spellings = new ArrayList<>();
        for (String tag : tags) {
            spellings.add(tag.getBytes(StandardCharsets.UTF_8));
            vocabulary.named(tag).ifPresent(spellings::add);
        }
        return spellings;
    }
}
