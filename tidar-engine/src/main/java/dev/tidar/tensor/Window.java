package dev.tidar.tensor;

/**
 * The cached keys that an attention layer looks back on: a row at a position sees the keys of the last {@code tokens}
 * positions, its own among them, and none before. The fresh keys of a group are always seen.
 *
 * @param tokens the length of the window; {@link Integer#MAX_VALUE} sees everything
 */
public record Window(int tokens) {

    /** The window of a layer that sees everything. */
    public static final Window ALL = new Window(Integer.MAX_VALUE);

    /** The longest group: a shorter window would hide a group's own rows from each other. */
    public static final int MIN_TOKENS = 32;

    public Window {
        if (tokens < 1) {
            throw new IllegalArgumentException("window must be at least 1 token, but is " + tokens);
        }
    }

    /** The first cached key that a row at this position sees. */
    public int first(int position) {
        return Math.max(0, position + 1 - tokens);
    }
}
