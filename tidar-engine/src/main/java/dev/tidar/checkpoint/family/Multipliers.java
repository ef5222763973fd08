package dev.tidar.checkpoint.family;

/**
 * Constant factors in a network. All are 1 in most families.
 *
 * @param embedding of the embedded tokens
 * @param residual of what each half of a block adds to the residual stream
 * @param score of {@code query · key}, in place of {@code 1 / sqrt(headDim)}; as a multiple of that
 * @param logits what the logits are divided by
 */
public record Multipliers(float embedding, float residual, float score, float logits) {

    /** No factors. */
    public static final Multipliers NONE = new Multipliers(1, 1, 1, 1);

    public Multipliers {
        for (float value : new float[] {embedding, residual, score, logits}) {
            if (!(value > 0) || !Float.isFinite(value)) {
                throw new IllegalArgumentException("multipliers must be positive, but one is " + value);
            }
        }
    }
}
