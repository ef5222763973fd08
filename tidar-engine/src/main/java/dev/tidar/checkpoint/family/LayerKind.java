package dev.tidar.checkpoint.family;

import dev.tidar.tensor.Window;

/**
 * What differs between the attention layers of a network.
 *
 * @param rotates whether its queries and keys are rotated by their position (RoPE); else it knows no positions
 * @param window how far back its rows look
 */
public record LayerKind(boolean rotates, Window window) {

    /** A layer that rotates and sees everything. */
    public static final LayerKind PLAIN = new LayerKind(true, Window.ALL);
}
