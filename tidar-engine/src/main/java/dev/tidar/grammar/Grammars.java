package dev.tidar.grammar;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.tidar.api.AnswerFormat;
import dev.tidar.api.InvalidRequestException;
import dev.tidar.grammar.automaton.Encoding;
import dev.tidar.grammar.automaton.RegexParser;
import dev.tidar.grammar.automaton.TextAutomaton;
import dev.tidar.grammar.automaton.Work;
import java.time.Duration;

/**
 * Compiles grammars for the vocabulary of one model, and keeps those that were asked for lately. Compiling happens on
 * the caller's thread, within bounds of size, depth and work. Thread-safe.
 */
public final class Grammars {

    private static final long CACHED_BYTES = 64L << 20;
    private static final Duration CACHED_FOR = Duration.ofMinutes(30);

    /** Elementary steps of one compilation, of some nanoseconds each. */
    private static final long WORK = 50_000_000;

    private final Vocabulary vocabulary;
    private final Cache<AnswerFormat, Grammar> compiled = Caffeine.newBuilder()
            .executor(Runnable::run)
            .maximumWeight(CACHED_BYTES)
            .weigher((AnswerFormat spec, Grammar grammar) -> grammar.bytes())
            .expireAfterAccess(CACHED_FOR)
            .build();

    public Grammars(Vocabulary vocabulary) {
        this.vocabulary = vocabulary;
    }

    /**
     * The grammar of a specification. Its first mask is computed here as well.
     *
     * @throws InvalidRequestException if the specification is malformed, unsupported, too large, or allows no answer;
     *     the message names the place and the keyword
     */
    public Grammar of(AnswerFormat spec) {
        return compiled.get(spec, this::compile);
    }

    private Grammar compile(AnswerFormat spec) {
        Grammar grammar;
        if (spec instanceof AnswerFormat.Regex regex) {
            grammar = compileRegex(regex.expression());
        } else if (spec instanceof AnswerFormat.Choices choices) {
            RuleSet rules = new RuleSet(vocabulary, new Work("choices", WORK));
            TextAutomaton texts = TextAutomaton.of(choices.texts(), rules.work());
            grammar = rules.finish("choices", rules.terminal(Encoding.utf8(texts, rules.work())));
        } else if (spec instanceof AnswerFormat.JsonSchema schema) {
            grammar = SchemaCompiler.compile(
                    SchemaDocument.parse(schema.text()), new RuleSet(vocabulary, new Work("schema", WORK)));
        } else {
            grammar = SchemaCompiler.compile(
                    SchemaDocument.parse("true"), new RuleSet(vocabulary, new Work("schema", WORK)));
        }
        grammar.start().mask(Integer.MAX_VALUE);
        return grammar;
    }

    private Grammar compileRegex(String expression) {
        RuleSet rules = new RuleSet(vocabulary, new Work("regex", WORK));
        TextAutomaton texts = TextAutomaton.of(RegexParser.parse("regex", expression), rules.work());
        return rules.finish("regex", rules.terminal(Encoding.utf8(texts, rules.work())));
    }
}
