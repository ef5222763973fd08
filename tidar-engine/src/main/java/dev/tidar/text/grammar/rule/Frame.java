package dev.tidar.text.grammar.rule;

import dev.tidar.text.grammar.vocabulary.Vocabulary;
import java.io.ByteArrayOutputStream;
import java.util.Objects;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A frame on the stack of the pushdown automaton: a rule that is being parsed and the position in it where parsing
 * continues when the part before is complete. A frame refers to its parent, so a frame is also the stack below it.
 * Immutable and shared between states.
 */
final class Frame {

    /** The empty stack: the whole text is complete. */
    static final Frame END = new Frame(null, 0, 0, null);

    private final @Nullable Rule rule;
    private final int position;
    private final int count;
    private final @Nullable Frame parent;
    private final int depth;
    private final boolean mayBeCut;
    private final int costToEnd;
    private final int hash;
    private volatile @Nullable ParseSet continuation;
    private volatile @Nullable Tail tail;

    private Frame(@Nullable Rule rule, int position, int count, @Nullable Frame parent) {
        this.rule = rule;
        this.position = position;
        this.count = count;
        this.parent = parent;
        this.depth = rule == null || parent == null ? 0 : parent.depth + (rule.nests() ? 1 : 0);
        this.mayBeCut = rule != null && parent != null && (rule.mayBeCut() || parent.mayBeCut);
        this.costToEnd =
                rule == null || parent == null ? 0 : Rule.sum(rule.completionCost(position, count), parent.costToEnd);
        this.hash = ((System.identityHashCode(rule) * 31 + position) * 31 + count) * 31
                + (parent == null ? 0 : parent.hash);
    }

    /**
     * @param position a position in the rule, which the rule numbers itself
     * @param count the number of parts that are complete, if the rule counts them
     */
    static Frame of(Rule rule, int position, int count, Frame parent) {
        return new Frame(rule, position, count, parent);
    }

    int position() {
        return position;
    }

    int count() {
        return count;
    }

    /** The frame of the enclosing rule; the empty stack is its own parent. */
    Frame parent() {
        return parent == null ? this : parent;
    }

    /** The number of open objects and arrays. */
    int depth() {
        return depth;
    }

    /** Whether the limit on tokens may cut the text here. */
    boolean mayBeCut() {
        return mayBeCut;
    }

    /** The cost of the shortest completion of the whole text. */
    int costToEnd() {
        return costToEnd;
    }

    /** The parses that continue from this frame. */
    ParseSet continuation() {
        ParseSet found = continuation;
        if (found == null) {
            found = new ParseSet();
            if (rule == null) {
                found.accept();
            } else {
                rule.resume(this, found);
            }
            continuation = found;
        }
        return found;
    }

    /** The shortest completion of the whole text, in this vocabulary. */
    Tail tail(Vocabulary vocabulary, LongConsumer work) {
        Tail found = tail;
        if (found == null) {
            found = rule == null || parent == null
                    ? new Tail(new byte[0], new int[1])
                    : withOwnCompletion(rule, parent.tail(vocabulary, work), vocabulary, work);
            tail = found;
        }
        return found;
    }

    private Tail withOwnCompletion(Rule owner, Tail below, Vocabulary vocabulary, LongConsumer work) {
        byte[] own = ownCompletion(owner);
        work.accept(below.stepsBehind(own));
        return below.precededBy(own, vocabulary);
    }

    private byte[] ownCompletion(Rule owner) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        owner.shortestCompletion(position, count, out);
        return out.toByteArray();
    }

    /**
     * A text and the minimum number of tokens that spell each of its suffixes.
     *
     * @param fewest tokens of the suffix that starts at each index, {@code [length + 1]}
     */
    record Tail(byte[] text, int[] fewest) {

        /** The elementary steps of {@link #precededBy}: a search for each byte before it, and a copy. */
        long stepsBehind(byte[] before) {
            return 8L * before.length + text.length / 8;
        }

        /** This tail with a text before it. */
        Tail precededBy(byte[] before, Vocabulary vocabulary) {
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
                && Objects.equals(parent, that.parent);
    }

    @Override
    public int hashCode() {
        return hash;
    }
}
