package dev.tidar.tensor;

/**
 * Where a pick leaves log-probabilities. Rows that are not asked for them keep what they hold.
 *
 * @param values {@code [picks, 1 + most]}: of the pick, then of the likeliest tokens
 * @param ids {@code [picks * most]}: the likeliest tokens
 */
public record PickedLogProbs(Tensor values, Ids ids) {

    public PickedLogProbs {
        if ((long) values.rows() * (values.columns() - 1) > ids.capacity()) {
            throw new IllegalArgumentException("ids must hold %d, but hold %d"
                    .formatted((long) values.rows() * (values.columns() - 1), ids.capacity()));
        }
    }

    /** Likeliest tokens of a pick at most. */
    public int most() {
        return values.columns() - 1;
    }
}
