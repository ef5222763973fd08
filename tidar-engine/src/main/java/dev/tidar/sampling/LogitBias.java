package dev.tidar.sampling;

/**
 * What is added to the scores of some tokens, before anything else.
 *
 * @param ids distinct token ids
 * @param values one for each, finite
 */
public record LogitBias(int[] ids, float[] values) {

    public static final LogitBias NONE = new LogitBias(new int[0], new float[0]);

    public LogitBias {
        if (ids.length != values.length) {
            throw new IllegalArgumentException(
                    "logit bias must have a value for each of %d ids, but has %d".formatted(ids.length, values.length));
        }
        for (float value : values) {
            if (!Float.isFinite(value)) {
                throw new IllegalArgumentException("logit bias must be finite, but is " + value);
            }
        }
        ids = ids.clone();
        values = values.clone();
    }

    boolean isOff() {
        return ids.length == 0;
    }

    void add(float[] scores) {
        for (int i = 0; i < ids.length; i++) {
            scores[ids[i]] += values[i];
        }
    }
}
