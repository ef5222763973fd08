package dev.tidar.step;

import dev.tidar.tensor.Ids;
import dev.tidar.tensor.Tensor;

/**
 * Where sampling leaves log-probabilities. Rows that do not ask for them stay as they are.
 *
 * @param values {@code [sampled, 1 + max]}: of the sampled token, then of the most likely ones
 * @param ids {@code [sampled * max]}: the most likely tokens
 */
public record SampledLogProbs(Tensor values, Ids ids) {

    public SampledLogProbs {
        if ((long) values.rows() * (values.columns() - 1) > ids.capacity()) {
            throw new IllegalArgumentException("ids must have room for %d, but have it for %d"
                    .formatted((long) values.rows() * (values.columns() - 1), ids.capacity()));
        }
    }

    /** Max number of most likely tokens for each sampled one. */
    public int max() {
        return values.columns() - 1;
    }
}
