package dev.tidar.decode;

import java.util.ArrayList;
import java.util.List;

/**
 * Where a sequence stands between two decode steps.
 *
 * @param position P, committed positions; the anchor's own position
 * @param anchor the exact token that is emitted and not yet in the cache
 * @param drafts proposals for the positions behind the anchor; empty if there are none
 * @param room positions behind the anchor that the context still has, at least 1
 */
public record Pending(int position, int anchor, List<Integer> drafts, int room) {

    public Pending {
        drafts = List.copyOf(drafts);
        if (room < 1) {
            throw new IllegalArgumentException("room must be at least 1, but is " + room);
        }
    }

    /** The anchor and the drafts behind it, at most so many and no more than fit. */
    List<Integer> rows(int draftLength) {
        int numDrafts = Math.min(drafts.size(), Math.min(draftLength, room) - 1);
        var rows = new ArrayList<Integer>(numDrafts + 1);
        rows.add(anchor);
        rows.addAll(drafts.subList(0, numDrafts));
        return rows;
    }

    /** Whether a group of so many rows fits behind so many kept rows. */
    boolean fits(int kept, int draftLength) {
        return kept + draftLength <= room + 1;
    }
}
