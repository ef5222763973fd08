package dev.tidar.text.grammar;

import java.io.ByteArrayOutputStream;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A place in a rule at which a text goes on when the part before it is complete, in front of the frames around it: one
 * element of the automaton's stack. Immutable, shared between states.
 */
final class Frame {

    /** What lies after the whole text: nothing. */
    static final Frame END = new Frame(null, 0, 0, null);

    private final @Nullable Rule rule;
    private final int position;
    private final int count;
    private final @Nullable Frame after;
    private final int depth;
    private final int rest;
    private final int hash;
    private volatile @Nullable Closure continuation;
    private volatile @Nullable Tail tail;

    private Frame(@Nullable Rule rule, int position, int count, @Nullable Frame after) {
        this.rule = rule;
        this.position = position;
        this.count = count;
        this.after = after;
        this.depth = rule == null || after == null ? 0 : after.depth + (rule.nests() ? 1 : 0);
        this.rest = rule == null || after == null ? 0 : Rule.sum(rule.restCost(position, count), after.rest);
        this.hash =
                ((System.identityHashCode(rule) * 31 + position) * 31 + count) * 31 + (after == null ? 0 : after.hash);
    }

    /**
     * @param position place in the rule, in numbers of the rule's own
     * @param count parts that are complete, as far as the rule looks at it
     */
    static Frame of(Rule rule, int position, int count, Frame after) {
        return new Frame(rule, position, count, after);
    }

    int position() {
        return position;
    }

    int count() {
        return count;
    }

    /** The frame around. */
    Frame after() {
        return after == null ? this : after;
    }

    /** Objects and arrays that are open. */
    int depth() {
        return depth;
    }

    /** The cost of the shortest end of the whole text. */
    int rest() {
        return rest;
    }

    /** The places where the text goes on here. */
    Closure continuation() {
        Closure found = continuation;
        if (found == null) {
            found = new Closure();
            if (rule == null) {
                found.accept();
            } else {
                rule.resume(this, found);
            }
            continuation = found;
        }
        return found;
    }

    /** The shortest end of the whole text, in this vocabulary. */
    Tail tail(Vocabulary vocabulary) {
        Tail found = tail;
        if (found == null) {
            found = rule == null || after == null
                    ? new Tail(new byte[0], new int[1])
                    : after.tail(vocabulary).after(ownRest(rule), vocabulary);
            tail = found;
        }
        return found;
    }

    private byte[] ownRest(Rule owner) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        owner.restShortest(position, count, out);
        return out.toByteArray();
    }

    /**
     * A text, and the fewest tokens that spell each of its suffixes.
     *
     * @param fewest {@code [length + 1]}
     */
    record Tail(byte[] text, int[] fewest) {

        /** This tail after another text. */
        Tail after(byte[] before, Vocabulary vocabulary) {
            byte[] joined = new byte[before.length + text.length];
            System.arraycopy(before, 0, joined, 0, before.length);
            System.arraycopy(text, 0, joined, before.length, text.length);
            int[] counts = new int[joined.length + 1];
            System.arraycopy(fewest, 0, counts, before.length, fewest.length);
            vocabulary.fewestTokens(joined, before.length, counts);
            return new Tail(joined, counts);
        }
    }

    @Override
    public boolean equals(Object other) {
        if (this == other) {
            return true;
        }
        return other instanceof Frame that
                && hash == that.hash
                && rule == that.rule
                && position == that.position
                && count == that.count
                && Objects.equals(after, that.after);
    }

    @Override
    public int hashCode() {
        return hash;
    }
}
