package dev.tidar.text.grammar;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Weigher;
import dev.tidar.text.grammar.rule.JsonTerminals;
import dev.tidar.text.grammar.rule.Terminal;
import dev.tidar.text.grammar.vocabulary.Vocabulary;
import java.time.Duration;
import java.util.Optional;
import java.util.function.LongConsumer;

/**
 * What the grammars of one vocabulary share: the masks of states, and the tokens that each state of a terminal allows.
 * Both caches are bounded. Thread-safe.
 */
final class MaskCache {

    private static final long TERMINAL_TOKENS_BYTES = 48L << 20;
    private static final long MASK_BYTES = 32L << 20;
    private static final Duration CACHED_FOR = Duration.ofMinutes(30);

    private final Vocabulary vocabulary;
    private final Cache<TerminalTokens.Key, TerminalTokens> terminalTokens;
    private final Cache<GrammarState, CachedMask> masks;

    MaskCache(Vocabulary vocabulary) {
        this.vocabulary = vocabulary;
        this.terminalTokens =
                cache(TERMINAL_TOKENS_BYTES, (TerminalTokens.Key key, TerminalTokens found) -> found.bytes());
        this.masks = cache(MASK_BYTES, (GrammarState state, CachedMask mask) -> 1024 + vocabulary.size() / 8);
    }

    private static <K, V> Cache<K, V> cache(long bytes, Weigher<K, V> weigher) {
        return Caffeine.newBuilder()
                .executor(Runnable::run)
                .maximumWeight(bytes)
                .weigher(weigher)
                .expireAfterAccess(CACHED_FOR)
                .build();
    }

    /**
     * A mask that ignores the budget.
     *
     * @param minBudget the smallest budget, in tokens, for which the mask is the same
     */
    record CachedMask(TokenMask mask, int minBudget) {}

    Vocabulary vocabulary() {
        return vocabulary;
    }

    /** Finds the tokens in JSON strings before any request needs them, because nearly every grammar has strings. */
    void warmUp(JsonTerminals json) {
        for (Terminal string : json.strings()) {
            terminalTokens(string, Terminal.START, steps -> {});
            terminalTokens(string, string.automaton().next(Terminal.START, (byte) '"'), steps -> {});
        }
    }

    /**
     * The mask of a state. It is computed outside of the cache, so that nobody waits for a lock while another thread
     * computes a mask that takes long.
     *
     * @param work receives the elementary steps that this takes
     */
    CachedMask mask(GrammarState state, LongConsumer work) {
        Optional<CachedMask> cached = Optional.ofNullable(masks.getIfPresent(state));
        return cached.orElseGet(() -> {
            CachedMask built = MaskBuilder.unlimited(this, state, work);
            masks.put(state, built);
            return built;
        });
    }

    /** The tokens that a state of a terminal allows; bounds on the number of units are not applied yet. */
    TerminalTokens terminalTokens(Terminal terminal, int state, LongConsumer work) {
        TerminalTokens.Key key = TerminalTokens.Key.of(terminal, state);
        Optional<TerminalTokens> cached = Optional.ofNullable(terminalTokens.getIfPresent(key));
        return cached.orElseGet(() -> {
            TerminalTokens found = TerminalTokens.find(vocabulary.trie(), terminal, state, work);
            terminalTokens.put(key, found);
            return found;
        });
    }
}
