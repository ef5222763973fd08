package dev.tidar.decode;

import java.util.ArrayList;
import java.util.List;

/**
 * Where a sequence stands between two decode steps.
 *
 * @param position P, committed positions; the anchor's own position
 * @param anchor the exact token that is emitted and not yet in the cache
 * @param drafts proposals for the positions after the anchor; empty if there are none
 * @param forced what the grammar leaves no choice about, verified in place of drafts, by layouts without drafts as well
 * @param drafted whether a draft pass of this step has run already, whatever is left of its drafts
 * @param room positions after the anchor that the context still has, at least 1
 */
public record Pending(int position, int anchor, List<Integer> drafts, List<Integer> forced, boolean drafted, int room) {

    public Pending {
        drafts = forced.isEmpty() ? List.copyOf(drafts) : List.copyOf(forced);
        forced = List.copyOf(forced);
        if (room < 1) {
            throw new IllegalArgumentException("room must be at least 1, but is " + room);
        }
    }

    /** Between two steps, without anything forced. */
    Pending(int position, int anchor, List<Integer> drafts, int room) {
        this(position, anchor, drafts, List.of(), false, room);
    }

    /** The anchor and the drafts after it, at most so many and no more than fit. */
    List<Integer> rows(int draftLength) {
        int numDrafts = Math.min(drafts.size(), Math.min(draftLength, room) - 1);
        var rows = new ArrayList<Integer>(numDrafts + 1);
        rows.add(anchor);
        rows.addAll(drafts.subList(0, numDrafts));
        return rows;
    }

    /** Whether a group of so many rows fits after so many kept rows. */
    boolean fits(int kept, int draftLength) {
        return kept + draftLength <= room + 1;
    }
}
