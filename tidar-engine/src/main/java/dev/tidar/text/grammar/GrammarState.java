package dev.tidar.text.grammar;

import dev.tidar.text.grammar.rule.Parse;
import dev.tidar.text.grammar.rule.ParseSet;
import dev.tidar.text.grammar.rule.Rule;
import dev.tidar.text.grammar.rule.Terminal;
import dev.tidar.text.grammar.vocabulary.Vocabulary;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;
import java.util.function.Predicate;

/**
 * The state of an answer in its grammar. It is immutable, so each row of a draft block can have its own: the mask of a
 * verify row is the mask of the state after the drafts before that row.
 *
 * <p>A grammar can be ambiguous, so a state is the set of all parses of the text so far. Thread-safe; what is computed
 * for a state is cached within bounds.
 */
public final class GrammarState {

    /** The maximum number of parses of one text that are followed at the same time. */
    static final int MAX_PARSES = 256;

    /** The maximum number of forced bytes that are looked for. */
    private static final int MAX_FORCED_BYTES = 256;

    private final MaskCache cache;
    private final Vocabulary vocabulary;
    private final List<Parse> parses;
    private final boolean accepting;

    /** @param work receives the elementary steps that its making takes */
    GrammarState(MaskCache cache, ParseSet closure, LongConsumer work) {
        this.cache = cache;
        this.vocabulary = cache.vocabulary();
        this.parses = bounded(closure.parses(), vocabulary, work);
        this.accepting = closure.isAccepting();
    }

    /**
     * Keeps the parses that can end soonest if there are too many; {@link #shortestCompletion} stays true with these,
     * because those that must be led to their end come first.
     */
    private static List<Parse> bounded(List<Parse> parses, Vocabulary vocabulary, LongConsumer work) {
        if (parses.size() <= MAX_PARSES) {
            return List.copyOf(parses);
        }
        record Ranked(Parse parse, int tokensToEnd) {}
        return parses.stream()
                .map(parse -> new Ranked(parse, parse.tokensToEnd(vocabulary, work)))
                .sorted(Comparator.comparing((Ranked ranked) -> ranked.parse().mayBeCut())
                        .thenComparingInt(Ranked::tokensToEnd))
                .limit(MAX_PARSES)
                .map(Ranked::parse)
                .toList();
    }

    List<Parse> parses() {
        return parses;
    }

    /** Whether the answer can end here. */
    public boolean isAccepting() {
        return accepting;
    }

    /** Whether the answer can end here and cannot continue. */
    public boolean isComplete() {
        return accepting && parses.isEmpty();
    }

    /**
     * The state after one more token.
     *
     * @param tokenId any id; a stop id leads from an accepting state to the same state
     * @return empty if the grammar does not allow the token here; budgets are not considered
     */
    public Optional<GrammarState> advance(int tokenId) {
        return advance(tokenId, GrammarState::unmetered);
    }

    /** As {@link #advance(int)}; reports the elementary steps that it takes, and may be ended by an exception there. */
    public Optional<GrammarState> advance(int tokenId, LongConsumer work) {
        if (tokenId < 0 || tokenId >= vocabulary.size()) {
            return Optional.empty();
        }
        if (vocabulary.isStop(tokenId)) {
            return accepting ? Optional.of(this) : Optional.empty();
        }
        byte[] bytes = vocabulary.bytes(tokenId);
        GrammarState state = this;
        for (int i = 0; i < bytes.length && !state.isDead(); i++) {
            state = state.read(bytes[i], work);
        }
        return bytes.length == 0 || state.isDead() ? Optional.empty() : Optional.of(state);
    }

    private boolean isDead() {
        return parses.isEmpty() && !accepting;
    }

    private GrammarState read(byte next, LongConsumer work) {
        ParseSet closure = new ParseSet();
        for (Parse parse : parses) {
            int before = closure.parses().size();
            parse.read(next).ifPresent(closure::add);
            work.accept(8 + 16L * (closure.parses().size() - before));
        }
        return new GrammarState(cache, closure, work);
    }

    /**
     * The tokens that are allowed next and after which the answer can still end within the budget, or is in a part that
     * the budget may cut. Stop ids are allowed in accepting states only.
     *
     * @param remainingTokens how many tokens the answer may still have, this one included and a stop id not counted; at
     *     least 1
     * @return the mask; it is empty if and only if {@code remainingTokens} is less than {@link #shortestCompletion()}
     *     and the budget may not cut the answer here, which cannot happen if every token was taken from a mask
     */
    public TokenMask mask(int remainingTokens) {
        return mask(remainingTokens, GrammarState::unmetered);
    }

    /** As {@link #mask(int)}; reports the elementary steps that it takes, and may be ended by an exception there. */
    public TokenMask mask(int remainingTokens, LongConsumer work) {
        requirePositive(remainingTokens);
        MaskCache.CachedMask unlimited = cache.mask(this, work);
        return remainingTokens >= unlimited.minBudget()
                ? unlimited.mask()
                : MaskBuilder.limited(cache, this, remainingTokens, work);
    }

    /**
     * Whether a mask of this state has fewer tokens than it would have without a limit.
     *
     * @param mask what {@link #mask} returned
     * @param work receives the elementary steps that this takes, and may end them by an exception
     */
    public boolean isNarrowed(TokenMask mask, LongConsumer work) {
        TokenMask unlimited = cache.mask(this, work).mask();
        return mask != unlimited && mask.count() < unlimited.count();
    }

    private static void requirePositive(int remainingTokens) {
        if (remainingTokens < 1) {
            throw new IllegalArgumentException("remaining tokens must be positive, but are " + remainingTokens);
        }
    }

    /** Whether the answer may be in a part that the budget cuts, rather than lead it to its end. */
    public boolean mayBeCut() {
        return parses.stream().anyMatch(Parse::mayBeCut);
    }

    /**
     * A number of tokens that is enough to complete the answer, the stop id not counted: the minimum number of tokens
     * that spell the shortest text from here. A longer text that needs fewer tokens is not searched for. Parts that the
     * budget may cut are considered only where there are no others.
     */
    public int shortestCompletion() {
        return shortestCompletion(GrammarState::unmetered);
    }

    /** As {@link #shortestCompletion()}; reports the elementary steps that it takes. */
    public int shortestCompletion(LongConsumer work) {
        if (accepting) {
            return 0;
        }
        boolean all = parses.stream().allMatch(Parse::mayBeCut);
        return parses.stream()
                .filter(parse -> all || !parse.mayBeCut())
                .mapToInt(parse -> parse.tokensToEnd(vocabulary, work))
                .min()
                .orElse(Rule.IMPOSSIBLE);
    }

    /**
     * The forced tokens: they spell, by longest match, the text that must come next. They are drafts that cost no
     * forward. The model may still prefer other tokens for the same text. Empty where the grammar leaves a choice.
     */
    public int[] forced() {
        return forced(GrammarState::unmetered);
    }

    /** As {@link #forced()}; reports the elementary steps that it takes, and may be ended by an exception there. */
    public int[] forced(LongConsumer work) {
        byte[] text = new byte[MAX_FORCED_BYTES];
        int length = 0;
        GrammarState state = this;
        int only = state.onlyByte(work);
        while (only >= 0 && length < text.length) {
            text[length++] = (byte) only;
            state = state.read((byte) only, work);
            only = state.onlyByte(work);
        }
        return vocabulary.longestMatches(Arrays.copyOf(text, length));
    }

    /** The only byte that can come next, or {@link Terminal#NONE_OR_SEVERAL}. */
    private int onlyByte(LongConsumer work) {
        if (accepting || parses.isEmpty()) {
            return Terminal.NONE_OR_SEVERAL;
        }
        int only = parses.get(0).terminal().onlyByte(parses.get(0).state());
        work.accept(32L * parses.size());
        Predicate<Parse> agrees = parse -> parse.terminal().onlyByte(parse.state()) == only;
        return parses.stream().allMatch(agrees) ? only : Terminal.NONE_OR_SEVERAL;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof GrammarState that
                && cache == that.cache
                && accepting == that.accepting
                && parses.equals(that.parses);
    }

    @Override
    public int hashCode() {
        return parses.hashCode() * 2 + (accepting ? 1 : 0);
    }

    private static void unmetered(long steps) {}
}
