package dev.tidar.text.grammar;

import dev.tidar.text.grammar.rule.Closure;
import dev.tidar.text.grammar.rule.Rule;
import dev.tidar.text.grammar.rule.Spot;
import dev.tidar.text.grammar.rule.Terminal;
import dev.tidar.text.grammar.vocabulary.Vocabulary;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Where an answer stands in its grammar. Immutable, so every row of a block has its own: the mask of a verify row is
 * that of the state after the drafts before it.
 *
 * <p>Thread-safe. What is computed for a state is kept in bounded caches of the vocabulary.
 */
public final class GrammarState {

    /** Readings of one text that are followed at once. */
    static final int MAX_SPOTS = 256;

    /** Bytes that are looked ahead for forced tokens. */
    private static final int MAX_FORCED_BYTES = 256;

    private final MaskCache cache;
    private final Vocabulary vocabulary;
    private final List<Spot> spots;
    private final boolean accepting;

    GrammarState(MaskCache cache, Closure closure) {
        this.cache = cache;
        this.vocabulary = cache.vocabulary();
        this.spots = bounded(closure.spots(), vocabulary);
        this.accepting = closure.isAccepting();
    }

    /** Of too many readings those that can end soonest: they keep the promise on the shortest completion. */
    private static List<Spot> bounded(List<Spot> spots, Vocabulary vocabulary) {
        if (spots.size() <= MAX_SPOTS) {
            return List.copyOf(spots);
        }
        return spots.stream()
                .sorted(Comparator.comparingInt(spot -> spot.tokensToEnd(vocabulary)))
                .limit(MAX_SPOTS)
                .toList();
    }

    List<Spot> spots() {
        return spots;
    }

    /** Whether the answer may end here. */
    public boolean isAccepting() {
        return accepting;
    }

    /** Whether the answer is in free text, so that it ends where the model ends it. */
    public boolean isFree() {
        return spots.stream().anyMatch(spot -> spot.terminal().isFree());
    }

    /** Whether the answer can only end here. */
    public boolean isComplete() {
        return accepting && spots.isEmpty();
    }

    /**
     * The state after one more token.
     *
     * @param tokenId any id; a stop id leads from an accepting state to that state itself
     * @return empty if the token is not allowed here; the budget is not looked at
     */
    public Optional<GrammarState> advance(int tokenId) {
        if (tokenId < 0 || tokenId >= vocabulary.size()) {
            return Optional.empty();
        }
        if (vocabulary.isStop(tokenId)) {
            return accepting ? Optional.of(this) : Optional.empty();
        }
        byte[] bytes = vocabulary.bytes(tokenId);
        GrammarState state = this;
        for (int i = 0; i < bytes.length && !state.isDead(); i++) {
            state = state.read(bytes[i]);
        }
        return bytes.length == 0 || state.isDead() ? Optional.empty() : Optional.of(state);
    }

    private boolean isDead() {
        return spots.isEmpty() && !accepting;
    }

    private GrammarState read(byte next) {
        Closure closure = new Closure();
        for (Spot spot : spots) {
            spot.read(next).ifPresent(closure::add);
        }
        return new GrammarState(cache, closure);
    }

    /**
     * The tokens that may come next, such that the answer can still end within the budget. A stop id is among them in
     * accepting states only.
     *
     * @param remainingTokens tokens that may still come, this one included; at least 1. The stop id itself needs no
     *     place among them
     * @return the mask; without any id if and only if {@code remainingTokens} is less than
     *     {@link #shortestCompletion()}, which cannot happen to whoever keeps to the masks
     */
    public TokenMask mask(int remainingTokens) {
        if (remainingTokens < 1) {
            throw new IllegalArgumentException("remaining tokens must be positive, but are " + remainingTokens);
        }
        MaskCache.CachedMask unlimited = cache.mask(this);
        return remainingTokens >= unlimited.minBudget()
                ? unlimited.mask()
                : MaskBuilder.limited(cache, this, remainingTokens);
    }

    /**
     * Tokens that are enough to end the answer, the stop id not counted: the fewest that spell the shortest text from
     * here. Longer texts of fewer tokens are not looked for.
     */
    public int shortestCompletion() {
        return accepting
                ? 0
                : spots.stream()
                        .mapToInt(spot -> spot.tokensToEnd(vocabulary))
                        .min()
                        .orElse(Rule.IMPOSSIBLE);
    }

    /**
     * Tokens that spell what must come next, by longest match: a draft that costs no forward. The model may still
     * prefer other tokens for the same text. Empty where the grammar leaves a choice.
     */
    public int[] forced() {
        byte[] text = new byte[MAX_FORCED_BYTES];
        int length = 0;
        GrammarState state = this;
        int only = state.onlyByte();
        while (only >= 0 && length < text.length) {
            text[length++] = (byte) only;
            state = state.read((byte) only);
            only = state.onlyByte();
        }
        return vocabulary.longestMatches(Arrays.copyOf(text, length));
    }

    private int onlyByte() {
        if (accepting || spots.isEmpty()) {
            return Terminal.NONE_OR_SEVERAL;
        }
        int only = spots.get(0).terminal().onlyByte(spots.get(0).state());
        Predicate<Spot> agrees = spot -> spot.terminal().onlyByte(spot.state()) == only;
        return spots.stream().allMatch(agrees) ? only : Terminal.NONE_OR_SEVERAL;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof GrammarState that
                && cache == that.cache
                && accepting == that.accepting
                && spots.equals(that.spots);
    }

    @Override
    public int hashCode() {
        return spots.hashCode() * 2 + (accepting ? 1 : 0);
    }
}
