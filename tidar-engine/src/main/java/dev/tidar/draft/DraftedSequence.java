package dev.tidar.draft;

import dev.tidar.kvcache.BlockTable;
import java.util.ArrayList;
import java.util.List;

/**
 * One sequence as the draft model sees it: how many of its tokens are in the draft model's cache, and the drafts after
 * the last of them. Confined to the engine thread, but for {@link #drafts}, which may be read elsewhere while nothing
 * else is called.
 *
 * <pre>{@code
 * tokens      p0 p1 p2 | t0 t1            of the sequence; t1 is its anchor
 * drafts                      d1 d2 d3
 * computed    x  x  x    x  x  x  x       keys and values are in the draft model's cache
 * }</pre>
 *
 * <p>Rejected drafts need no clean-up: what is computed is cut back to the tokens that were emitted, and the next
 * forward overwrites the rest.
 */
public final class DraftedSequence implements AutoCloseable {

    private final BlockTable blocks;
    private final int contextLength;
    private boolean begun;
    private int computed;
    /** The number of tokens that the drafts follow. */
    private int tokensBefore;

    private List<Integer> drafts = List.of();
    private int forwards;

    DraftedSequence(BlockTable blocks, int contextLength) {
        this.blocks = blocks;
        this.contextLength = contextLength;
    }

    /** The drafts after the last token; empty where none were made. */
    public List<Integer> drafts() {
        return drafts;
    }

    /** The number of drafts that its context has room for after this number of tokens. */
    public int room(int tokens) {
        return Math.max(0, contextLength - tokens);
    }

    /** The number of forwards that made drafts for it. */
    public int forwards() {
        return forwards;
    }

    /**
     * Learns of the tokens that a step appended. The drafts are used up; what the cache has of them stays where they
     * were emitted.
     *
     * @param tokens all tokens of the sequence
     */
    public void extended(List<Integer> tokens) {
        if (drafts.isEmpty() || tokens.size() == tokensBefore) {
            return;
        }
        int same = 0;
        while (same < drafts.size()
                && tokensBefore + same < tokens.size()
                && drafts.get(same).equals(tokens.get(tokensBefore + same))) {
            same++;
        }
        // the last token is computed again if it has to be, because its row gives the next draft
        computed = Math.min(computed, Math.min(tokensBefore + same, tokens.size() - 1));
        drafts = List.of();
        blocks.commit(tokens, computed);
    }

    /** Gives its blocks back and forgets its drafts. */
    public void preempt() {
        blocks.close();
        begun = false;
        computed = 0;
        drafts = List.of();
    }

    @Override
    public void close() {
        preempt();
    }

    // for the forwards of the draft model

    /** Takes over what the prefix cache of the draft model has, unless it has begun. */
    void begin(List<Integer> tokens) {
        if (!begun) {
            computed = blocks.begin(tokens);
            begun = true;
        }
    }

    /** Tokens whose keys and values are in the cache. */
    int computed() {
        return computed;
    }

    /** Whether the cache has room for this number of further rows, which it keeps for them. */
    boolean reserve(int rows) {
        return computed + rows <= contextLength && blocks.reserve(computed + rows);
    }

    int[] blocks() {
        return blocks.blocks();
    }

    /** Records that tokens of the sequence were computed. */
    void compute(List<Integer> tokens, int rows) {
        computed += rows;
        blocks.commit(tokens, computed);
    }

    /** Records that the last draft was computed. */
    void computeDraft() {
        computed++;
    }

    /**
     * Records what a forward drafted.
     *
     * @param tokens the number of tokens of the sequence
     */
    void draft(int tokens, int draft) {
        tokensBefore = tokens;
        List<Integer> more = new ArrayList<>(drafts);
        more.add(draft);
        drafts = List.copyOf(more);
        forwards++;
    }
}
