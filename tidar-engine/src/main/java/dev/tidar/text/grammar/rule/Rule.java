package dev.tidar.text.grammar.rule;

import dev.tidar.text.grammar.vocabulary.Vocabulary;
import java.io.ByteArrayOutputStream;

/**
 * A part of a grammar. Immutable once it is settled.
 *
 * <p>A rule knows its shortest text. Costs count its bytes, those that are no token by themselves at {@link #NO_TOKEN}
 * each, so a text that costs less than that can be spelled in as many tokens. Among texts of the same cost a fixed one
 * is chosen, position by position, so that what remains of a shortest text is the shortest text of what remains. The
 * bound on tokens rests on that.
 */
public abstract class Rule {

    /** More than any text costs. */
    public static final int IMPOSSIBLE = Vocabulary.UNSPELLABLE;

    /** What a byte costs that is no token by itself. */
    public static final int NO_TOKEN = 1 << 20;

    /** Objects and arrays within each other, in what is generated. */
    public static final int MAX_NESTING = 64;

    /** The cost of the shortest text; {@link #IMPOSSIBLE} if there is none. */
    abstract int cost();

    /** How deep objects and arrays are nested in the shortest text. */
    abstract int height();

    /** Computes the cost anew from the costs of the parts. Costs only sink. */
    abstract boolean settleCost();

    /** Computes the height anew from the heights of the parts, when all costs are settled. Heights only grow. */
    abstract boolean settleHeight();

    /** Adds the places where a text of this rule can begin, in front of a frame. */
    abstract void enter(Frame after, Closure out);

    /** Appends the shortest text. */
    abstract void shortest(ByteArrayOutputStream out);

    /** Adds the places where a text can go on after a part of this rule. */
    void resume(Frame frame, Closure out) {
        throw new IllegalStateException("a " + getClass().getSimpleName() + " has no parts");
    }

    /** The cost of the shortest end of a text of this rule from a position on. */
    int restCost(int position, int count) {
        throw new IllegalStateException("a " + getClass().getSimpleName() + " has no parts");
    }

    /** Appends the shortest end of a text of this rule from a position on. */
    void restShortest(int position, int count, ByteArrayOutputStream out) {
        throw new IllegalStateException("a " + getClass().getSimpleName() + " has no parts");
    }

    /** Whether the parts of this rule lie one level deeper than it does. */
    boolean nests() {
        return false;
    }

    /** Whether a text of this rule can begin at this depth, and end. */
    final boolean fits(int depth) {
        return cost() < IMPOSSIBLE && depth + height() <= MAX_NESTING;
    }

    static int sum(int left, int right) {
        return Math.min(IMPOSSIBLE, left + right);
    }
}
