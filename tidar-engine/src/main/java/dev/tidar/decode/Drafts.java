package dev.tidar.decode;

import java.util.List;

/**
 * Proposals for the positions after the anchor, in order.
 *
 * @param tokens the proposed tokens; verification decides about them
 * @param source who proposed them
 */
public record Drafts(List<Integer> tokens, DraftSource source) {

    public static final Drafts NONE = new Drafts(List.of(), DraftSource.MASKS);

    public Drafts {
        tokens = List.copyOf(tokens);
    }

    public boolean isEmpty() {
        return tokens.isEmpty();
    }

    /** The first of them. */
    Drafts first(int count) {
        return count >= tokens.size() ? this : new Drafts(tokens.subList(0, count), source);
    }
}
