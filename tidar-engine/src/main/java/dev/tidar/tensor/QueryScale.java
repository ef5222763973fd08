package dev.tidar.tensor;

/**
 * The factor of queries after RoPE: {@code constant * (1 + beta * ln(1 + floor(position / period)))}. The logarithm
 * keeps attention sharp where contexts are longer than those of the training, as in Llama 4 and Ministral 3; below
 * {@code period} it is 1. The constant stands for a score factor other than {@code 1 / sqrt(headDim)}.
 *
 * @param constant factor at every position
 * @param beta weight of the logarithm; 0 where the factor does not depend on the position
 * @param period positions after which the logarithm grows, the context length of the training
 */
public record QueryScale(float constant, float beta, int period) {

    /** Queries as they are. */
    public static final QueryScale NONE = new QueryScale(1, 0, 1);

    public QueryScale {
        if (!(constant > 0) || !Float.isFinite(constant) || !Float.isFinite(beta) || beta < 0 || period < 1) {
            throw new IllegalArgumentException(
                    "query scale must be positive and grow, but is %s, %s, %d".formatted(constant, beta, period));
        }
    }

    /** Whether no query changes. */
    public boolean isNone() {
        return constant == 1 && beta == 0;
    }

    /** The factor at a position. */
    public float at(int position) {
        int periods = position / period;
        float growth = (float) Math.log(1 + (double) periods);
        return constant * (1 + beta * growth);
    }
}
