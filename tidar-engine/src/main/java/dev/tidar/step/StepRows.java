package dev.tidar.step;

import java.util.Arrays;

/**
 * The rows of one step: exact rows first, drafting rows last. The host knows all of it before the step.
 *
 * <p>A row is a token at a position of a sequence. It sees the first {@code visible} cached keys of its sequence, and a
 * drafting row besides them the fresh keys of its own group, in both directions. This is the whole attention mask.
 *
 * <p>Immutable once built.
 */
public final class StepRows {

    private final RowCounts counts;
    private final int[] tokens;
    private final int[] positions;
    private final int[] visible;
    private final int[] sequences;
    private final int[] groupFirst;
    private final int[] groupEnd;
    private final int[][] blockTables;

    private StepRows(Builder b) {
        counts = new RowCounts(b.exact, b.size - b.exact);
        tokens = Arrays.copyOf(b.tokens, b.size);
        positions = Arrays.copyOf(b.positions, b.size);
        visible = Arrays.copyOf(b.visible, b.size);
        sequences = Arrays.copyOf(b.sequences, b.size);
        groupFirst = Arrays.copyOf(b.groupFirst, b.size);
        groupEnd = Arrays.copyOf(b.groupEnd, b.size);
        blockTables = Arrays.copyOf(b.blockTables, b.numSequences);
    }

    public RowCounts counts() {
        return counts;
    }

    public int numSequences() {
        return blockTables.length;
    }

    public int token(int row) {
        return tokens[row];
    }

    /** Index of the row's token in its sequence, from 0. */
    public int position(int row) {
        return positions[row];
    }

    /** Cached keys of its sequence that the row sees, from position 0 on. */
    public int visible(int row) {
        return visible[row];
    }

    /** Which sequence of this step the row belongs to. */
    public int sequence(int row) {
        return sequences[row];
    }

    /** First row of a drafting row's own group; meaningless for exact rows. */
    public int groupFirst(int row) {
        return groupFirst[row];
    }

    /** Row after the last of a drafting row's own group. */
    public int groupEnd(int row) {
        return groupEnd[row];
    }

    /** Blocks in a sequence's table. */
    public int numBlocks(int sequence) {
        return blockTables[sequence].length;
    }

    /** Block of a sequence's tokens {@code [index * blockTokens, (index + 1) * blockTokens)}. */
    public int block(int sequence, int index) {
        return blockTables[sequence][index];
    }

    /**
     * The position of the token that a sample from this row decides: the next one for exact rows, its own for masks.
     */
    public int sampledPosition(int row) {
        return row < counts.exact() ? positions[row] + 1 : positions[row];
    }

    /**
     * The same rows in a larger step. What is missing in each of the two ranges is filled up with rows that see
     * nothing, at position 0 of sequence 0; drafting rows move after the filling of the exact rows. Added sequences
     * have no rows.
     */
    public StepRows padded(RowCounts to, int sequencesWithPadding) {
        if (to.exact() < counts.exact() || to.drafting() < counts.drafting() || sequencesWithPadding < numSequences()) {
            throw new IllegalArgumentException("padding must not take rows: %s of %d sequences to %s of %d"
                    .formatted(counts, numSequences(), to, sequencesWithPadding));
        }
        return new StepRows(this, to, sequencesWithPadding);
    }

    /** Whether the row sees nothing because it only fills up its range. */
    public boolean isPadding(int row) {
        return visible[row] == 0 && (row < counts.exact() || groupFirst[row] == groupEnd[row]);
    }

    private StepRows(StepRows from, RowCounts to, int sequencesWithPadding) {
        counts = to;
        tokens = from.spread(from.tokens, to, 0);
        positions = from.spread(from.positions, to, 0);
        visible = from.spread(from.visible, to, 0);
        sequences = from.spread(from.sequences, to, 0);
        int moved = to.exact() - from.counts.exact();
        groupFirst = from.spread(from.groupFirst, to, moved);
        groupEnd = from.spread(from.groupEnd, to, moved);
        blockTables = Arrays.copyOf(from.blockTables, sequencesWithPadding);
        Arrays.fill(blockTables, from.blockTables.length, sequencesWithPadding, new int[0]);
    }

    /** Values of the two ranges at their new places, those of drafting rows greater by so much; zero between. */
    private int[] spread(int[] values, RowCounts to, int more) {
        int[] spread = Arrays.copyOf(Arrays.copyOf(values, counts.exact()), to.total());
        for (int i = 0; i < counts.drafting(); i++) {
            spread[to.exact() + i] = values[counts.exact() + i] + more;
        }
        return spread;
    }

    /** Collects rows. All exact rows of a step come before its first group. */
    public static final class Builder {
        private int size;
        private int exact;
        private int numSequences;
        private int[] tokens = new int[64];
        private int[] positions = new int[64];
        private int[] visible = new int[64];
        private int[] sequences = new int[64];
        private int[] groupFirst = new int[64];
        private int[] groupEnd = new int[64];
        private int[][] blockTables = new int[4][];

        /**
         * Adds a sequence.
         *
         * @param blockTable its blocks in position order; not copied, not to be changed during the step
         * @return its index in this step
         */
        public int sequence(int[] blockTable) {
            if (numSequences == blockTables.length) {
                blockTables = Arrays.copyOf(blockTables, 2 * numSequences);
            }
            blockTables[numSequences] = blockTable;
            return numSequences++;
        }

        /** Adds a prompt or verify row, which sees itself and all before it. Returns its row number. */
        public int exact(int sequence, int token, int position) {
            if (size != exact) {
                throw new IllegalStateException("exact rows must come before drafting rows");
            }
            exact++;
            return add(sequence, token, position, position + 1);
        }

        /**
         * Adds a group of drafting rows at consecutive positions, which see each other.
         *
         * @param groupTokens one token for each row, usually masks
         * @param position position of the first row
         * @param seen cached keys that each row sees
         * @return the first row number
         */
        public int group(int sequence, int[] groupTokens, int position, int seen) {
            int first = size;
            for (int i = 0; i < groupTokens.length; i++) {
                int row = add(sequence, groupTokens[i], position + i, seen);
                groupFirst[row] = first;
                groupEnd[row] = first + groupTokens.length;
            }
            return first;
        }

        private int add(int sequence, int token, int position, int seen) {
            if (sequence < 0 || sequence >= numSequences) {
                throw new IllegalArgumentException("sequence %d is not one of %d".formatted(sequence, numSequences));
            }
            if (size == tokens.length) {
                grow();
            }
            tokens[size] = token;
            positions[size] = position;
            visible[size] = seen;
            sequences[size] = sequence;
            return size++;
        }

        private void grow() {
            tokens = Arrays.copyOf(tokens, 2 * size);
            positions = Arrays.copyOf(positions, 2 * size);
            visible = Arrays.copyOf(visible, 2 * size);
            sequences = Arrays.copyOf(sequences, 2 * size);
            groupFirst = Arrays.copyOf(groupFirst, 2 * size);
            groupEnd = Arrays.copyOf(groupEnd, 2 * size);
        }

        public StepRows build() {
            return new StepRows(this);
        }
    }
}
