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
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;

/**
 * Compiles grammars for the vocabulary of one model, and caches those that were used recently, within limits on size,
 * depth and work. A small grammar is compiled on the caller's thread; for a large one the caller waits until an
 * executor has compiled it, so that however many callers have large ones, they take no more threads from the engine
 * than the executor has. Thread-safe.
 */
public final class Grammars {

    private static final long CACHED_BYTES = 64L << 20;
    private static final Duration CACHED_FOR = Duration.ofMinutes(30);

    /** The maximum number of elementary steps of one compilation; a step takes a few nanoseconds. */
    private static final long WORK = 50_000_000;

    /** The steps of a compilation that the caller's thread may take. */
    private static final long SMALL_WORK = 2_000_000;

    /** Formats that are remembered as too complex, because clients send again what was rejected. */
    private static final long REMEMBERED_REJECTIONS = 32;

    private final Vocabulary vocabulary;
    private final MaskCache masks;
    private final JsonTerminals json;
    private final Cache<StructuralTags, Grammar> compiled = Caffeine.newBuilder()
            .executor(Runnable::run)
            .maximumWeight(CACHED_BYTES)
            .weigher((StructuralTags tags, Grammar grammar) -> grammar.bytes())
            .expireAfterAccess(CACHED_FOR)
            .build();

    private final Cache<StructuralTags, String> tooComplex = Caffeine.newBuilder()
            .executor(Runnable::run)
            .maximumSize(REMEMBERED_REJECTIONS)
            .expireAfterAccess(CACHED_FOR)
            .build();
    private final Executor large;

    /** Compiles all grammars on the threads that ask for them. */
    public Grammars(Vocabulary vocabulary) {
        this(vocabulary, Runnable::run);
    }

    /** @param large compiles large grammars */
    public Grammars(Vocabulary vocabulary, Executor large) {
        this.vocabulary = vocabulary;
        this.large = large;
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
        Optional<Grammar> known = known(tags);
        if (known.isPresent()) {
            return known.get();
        }
        Work work = new Work(StructuralTagsCompiler.name(tags), SMALL_WORK);
        try {
            return remembered(tags, compile(tags, work));
        } catch (InvalidRequestException e) {
            if (!work.isExceeded()) {
                throw e;
            }
        }
        return compiledByExecutor(tags);
    }

    /**
     * A grammar that was compiled before. No lock is held while one is compiled, so two callers may do it at once.
     *
     * @throws InvalidRequestException if it was found to be too complex
     */
    private Optional<Grammar> known(StructuralTags tags) {
        Optional<String> rejection = Optional.ofNullable(tooComplex.getIfPresent(tags));
        if (rejection.isPresent()) {
            throw new InvalidRequestException(rejection.get());
        }
        return Optional.ofNullable(compiled.getIfPresent(tags));
    }

    private Grammar remembered(StructuralTags tags, Grammar grammar) {
        compiled.put(tags, grammar);
        return grammar;
    }

    private Grammar compiledByExecutor(StructuralTags tags) {
        try {
            return CompletableFuture.supplyAsync(() -> known(tags).orElseGet(() -> compileLarge(tags)), large)
                    .join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof InvalidRequestException rejected) {
                throw rejected;
            }
            throw e;
        }
    }

    private Grammar compileLarge(StructuralTags tags) {
        Work work = new Work(StructuralTagsCompiler.name(tags), WORK);
        try {
            return remembered(tags, compile(tags, work));
        } catch (InvalidRequestException e) {
            if (work.isExceeded()) {
                tooComplex.put(tags, String.valueOf(e.getMessage()));
            }
            throw e;
        }
    }

    private Grammar compile(StructuralTags tags, Work work) {
        String name = StructuralTagsCompiler.name(tags);
        RuleSet rules = new RuleSet(vocabulary, json, work);
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
