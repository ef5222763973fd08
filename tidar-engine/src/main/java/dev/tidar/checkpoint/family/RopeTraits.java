package dev.tidar.checkpoint.family;

/**
 * What a family's RoPE may have besides the common kinds.
 *
 * @param partial whether only the first part of each head may be rotated ({@code partial_rotary_factor})
 * @param scalesQueries whether queries may be scaled by their position ({@code llama_4_scaling_beta})
 */
public record RopeTraits(boolean partial, boolean scalesQueries) {

    /** RoPE of whole heads, and no scale. */
    public static final RopeTraits PLAIN = new RopeTraits(false, false);
}
