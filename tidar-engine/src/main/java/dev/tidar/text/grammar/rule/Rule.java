package dev.tidar.text.grammar.rule;

import dev.tidar.text.grammar.vocabulary.Vocabulary;
import java.io.ByteArrayOutputStream;

/**
 * A rule of a grammar. Immutable once it is settled.
 *
 * <p>A rule knows its shortest text. The cost of a text is its number of bytes, where a byte that is not a token by
 * itself counts as {@link #NO_TOKEN}. So a text with a cost below {@code NO_TOKEN} can be spelled with that number of
 * tokens. If several texts have the same cost, the choice between them is fixed at each position, so that each suffix
 * of a shortest text is itself the shortest text from its position on. The bound on tokens relies on that.
 */
public abstract class Rule {

    /** The cost of a rule that matches no text; no text costs as much. */
    public static final int IMPOSSIBLE = Vocabulary.UNSPELLABLE;

    /** The cost of a byte that is not a token by itself. */
    public static final int NO_TOKEN = 1 << 20;

    /** The maximum depth of nested objects and arrays in answers. */
    public static final int MAX_NESTING = 64;

    /** The cost of the shortest text; {@link #IMPOSSIBLE} if there is none. */
    abstract int cost();

    /** The depth of nested objects and arrays in the shortest text. */
    abstract int height();

    /** Recomputes the cost from the costs of the parts, and returns whether it changed. Costs only decrease. */
    abstract boolean settleCost();

    /**
     * Recomputes the height from the heights of the parts, once all costs are settled, and returns whether it changed.
     * Heights only increase.
     */
    abstract boolean settleHeight();

    /** The number of parts that {@link #settleCost} and {@link #settleHeight} look at. */
    long size() {
        return 1;
    }

    /** Adds the parses at the start of this rule; when the rule is complete, they continue with the stack. */
    abstract void enter(Frame stack, ParseSet out);

    /** Appends the shortest text. */
    abstract void shortest(ByteArrayOutputStream out);

    /** Adds the parses that continue this rule after one of its parts. */
    void resume(Frame frame, ParseSet out) {
        throw new IllegalStateException("a " + getClass().getSimpleName() + " has no parts");
    }

    /** The cost of the shortest completion of this rule from a position on. */
    int completionCost(int position, int count) {
        throw new IllegalStateException("a " + getClass().getSimpleName() + " has no parts");
    }

    /** Appends the shortest completion of this rule from a position on. */
    void shortestCompletion(int position, int count, ByteArrayOutputStream out) {
        throw new IllegalStateException("a " + getClass().getSimpleName() + " has no parts");
    }

    /** Whether the parts of this rule are nested one level deeper than the rule itself. */
    boolean nests() {
        return false;
    }

    /** Whether the limit on tokens may cut the parts of this rule, rather than lead them to their end. */
    boolean mayBeCut() {
        return false;
    }

    /** Whether some text of this rule fits in at this depth of nesting. */
    final boolean fits(int depth) {
        return cost() < IMPOSSIBLE && depth + height() <= MAX_NESTING;
    }

    static int sum(int left, int right) {
        return Math.min(IMPOSSIBLE, left + right);
    }
}
