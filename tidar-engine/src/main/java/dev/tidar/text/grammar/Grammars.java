package dev.tidar.text.grammar;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.tidar.api.AnswerFormat;
import dev.tidar.api.InvalidRequestException;
import dev.tidar.text.answer.StructuralTags;
import dev.tidar.text.grammar.automaton.Work;
import dev.tidar.text.grammar.rule.JsonTerminals;
import dev.tidar.text.grammar.rule.Rule;
import dev.tidar.text.grammar.rule.RuleSet;
import dev.tidar.text.grammar.vocabulary.Vocabulary;
import java.time.Duration;

/**
 * Compiles grammars for the vocabulary of one model, and caches those that were used recently. A grammar is compiled on
 * the caller's thread, within limits on size, depth and work. Thread-safe.
 */
public final class Grammars {

    private static final long CACHED_BYTES = 64L << 20;
    private static final Duration CACHED_FOR = Duration.ofMinutes(30);

    /** The maximum number of elementary steps of one compilation; a step takes a few nanoseconds. */
    private static final long WORK = 50_000_000;

    private final Vocabulary vocabulary;
    private final MaskCache masks;
    private final JsonTerminals json;
    private final Cache<StructuralTags, Grammar> compiled = Caffeine.newBuilder()
            .executor(Runnable::run)
            .maximumWeight(CACHED_BYTES)
            .weigher((StructuralTags tags, Grammar grammar) -> grammar.bytes())
            .expireAfterAccess(CACHED_FOR)
            .build();

    public Grammars(Vocabulary vocabulary) {
        this.vocabulary = vocabulary;
        this.masks = new MaskCache(vocabulary);
        this.json = new JsonTerminals(vocabulary);
        masks.warmUp(json);
    }

    /**
     * The grammar of answers that have a format.
     *
     * @throws InvalidRequestException if the format is malformed, unsupported, too large, or allows no answer; the
     *     message names the location and the keyword
     */
    public Grammar of(AnswerFormat format) {
        return of(new StructuralTags.Formatted(format));
    }

    /**
     * The grammar of answers that have this structure. The mask of the first token is computed here as well.
     *
     * @throws InvalidRequestException if a format in it is malformed, unsupported, too large, or allows no answer; the
     *     message names the location and the keyword
     */
    public Grammar of(StructuralTags tags) {
        return compiled.get(tags, this::compile);
    }

    private Grammar compile(StructuralTags tags) {
        String name = StructuralTagsCompiler.name(tags);
        RuleSet rules = new RuleSet(vocabulary, json, new Work(name, WORK));
        Rule root = new StructuralTagsCompiler(rules, vocabulary).rule(tags);
        rules.settle(name, root);
        Grammar grammar = new Grammar(masks, root, rules.bytes(), rules.work()::spend);
        if (grammar.start().shortestCompletion() >= Rule.IMPOSSIBLE) {
            throw new InvalidRequestException(
                    "%s must allow an answer that the tokens of the model can spell, but allows none".formatted(name));
        }
        return grammar;
    }
}
