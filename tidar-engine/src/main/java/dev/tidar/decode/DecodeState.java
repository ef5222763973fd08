package dev.tidar.decode;

import dev.tidar.decode.DraftSource.Drafts;
import java.util.ArrayList;
import java.util.List;

/**
 * Where a sequence stands before a decode step.
 *
 * @param position P, the number of committed positions; the anchor's own position
 * @param anchor the exact token that is emitted and not yet in the cache
 * @param drafts proposals for the positions after the anchor
 * @param drafted whether a draft pass of this step has run already, whatever is left of its drafts
 * @param room positions after the anchor that the context still has, at least 1
 */
public record DecodeState(int position, int anchor, Drafts drafts, boolean drafted, int room) {

    public DecodeState {
        if (room < 1) {
            throw new IllegalArgumentException("room must be at least 1, but is " + room);
        }
    }

    /** The draft block: the anchor and the drafts after it, no more than the draft length and the context allow. */
    List<Integer> draftBlock(int draftLength) {
        int numDrafts = Math.min(drafts.tokens().size(), Math.min(draftLength, room) - 1);
        var rows = new ArrayList<Integer>(numDrafts + 1);
        rows.add(anchor);
        rows.addAll(drafts.tokens().subList(0, numDrafts));
        return rows;
    }

    /** The draft block, which free drafts may make longer than the draft length. */
    List<Integer> blockWithFreeDrafts(int draftLength) {
        return draftBlock(Math.max(draftLength, 1 + numFreeDrafts()));
    }

    /** Whether a group of this draft length fits the context if this number of rows is kept. */
    boolean fits(int kept, int draftLength) {
        return kept + draftLength <= room + 1;
    }

    /** Drafts that every layout verifies, because they cost the device nothing to make. */
    int numFreeDrafts() {
        return drafts.source().costsDevice() ? 0 : drafts.tokens().size();
    }
}
