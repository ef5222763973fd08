package dev.tidar.step;

import java.util.List;

/**
 * The rows of one sequence in one forward.
 *
 * @param exactTokens causal rows at consecutive positions: prompt rows, or the anchor and its drafts; empty in a draft
 *     pass
 * @param position position of the first of them; all positions before it are committed
 * @param verifyRows how many of the last exact rows are verified; 0 in a draft pass and in an unfinished prefill
 * @param draftLength K, slots of each group
 * @param groups groups of drafting rows, at most one for each kept count
 */
public record SequenceStep(
        List<Integer> exactTokens, int position, int verifyRows, int draftLength, List<Group> groups) {

    public SequenceStep {
        exactTokens = List.copyOf(exactTokens);
        groups = List.copyOf(groups);
        if (verifyRows > exactTokens.size()) {
            throw new IllegalArgumentException(
                    "verify rows (%d) must be exact rows (%d)".formatted(verifyRows, exactTokens.size()));
        }
        for (Group group : groups) {
            int firstSlot = draftLength - group.tokens().size();
            if (firstSlot < 0 || firstSlot > (exactTokens.isEmpty() ? 0 : 1)) {
                throw new IllegalArgumentException("a group must have %d rows, or %d after exact rows, but has %d"
                        .formatted(
                                GroupWidth.FULL.rows(draftLength),
                                GroupWidth.SHORT.rows(draftLength),
                                group.tokens().size()));
            }
        }
    }

    /**
     * The rows that draft for one outcome: those of all K slots, or of slots 1 to K - 1, see {@link GroupWidth}.
     *
     * @param kept the kept count they draft for; 0 in a draft pass
     * @param tokens masks, in a draft pass after a copy of the anchor
     * @param position position of the first row
     * @param seen cached keys that each row sees
     */
    public record Group(int kept, List<Integer> tokens, int position, int seen) {
        public Group {
            tokens = List.copyOf(tokens);
        }
    }

    /** Whether this is the first of the two passes of a two-pass step. */
    public boolean isDraftPass() {
        return exactTokens.isEmpty();
    }

    /** All its rows. */
    public int rows() {
        return exactTokens.size()
                + groups.stream().mapToInt(group -> group.tokens().size()).sum();
    }

    /** Position after the last exact row. */
    public int end() {
        return position + exactTokens.size();
    }

    /** Positions that are committed once this many verify rows are kept. */
    public int committed(int kept) {
        return end() - verifyRows + kept;
    }

    /** The drafts that stand before a verify row, in order; the first verify row has none. */
    public List<Integer> draftsBefore(int verifyRow) {
        int firstDraft = exactTokens.size() - verifyRows + 1;
        return exactTokens.subList(firstDraft, firstDraft + verifyRow);
    }
}
