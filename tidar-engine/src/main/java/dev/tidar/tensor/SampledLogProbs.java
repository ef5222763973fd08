package dev.tidar.tensor;

/**
 * Where a sample leaves log-probabilities. Rows that are not asked for them keep what they hold.
 *
 * @param values {@code [sampled, 1 + max]}: of the sample, then of the most likely tokens
 * @param ids {@code [sampled * max]}: the most likely tokens
 */
public record SampledLogProbs(Tensor values, Ids ids) {

    public SampledLogProbs {
        if ((long) values.rows() * (values.columns() - 1) > ids.capacity()) {
            throw new IllegalArgumentException("ids must hold %d, but hold %d"
                    .formatted((long) values.rows() * (values.columns() - 1), ids.capacity()));
        }
    }

    /** Most likely tokens of a sample at most. */
    public int max() {
        return values.columns() - 1;
    }
}
