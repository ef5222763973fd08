package dev.tidar.checkpoint.rope;

import dev.tidar.checkpoint.rope.RopeKind.Turned;

/**
 * YaRN (arXiv 2309.00071): waves that turn rarely within the original context are stretched by the factor, those that
 * turn often are kept, with a ramp between. A factor below 1 compresses them, as the formula says.
 */
final class Yarn {

    private final RopeField field;
    private final int original;

    private Yarn(RopeField field) {
        this.field = field;
        this.original = field.original();
    }

    static Turned of(float[] inverse, RopeField field) {
        return new Yarn(field).turned(inverse);
    }

    private Turned turned(float[] inverse) {
        double factor = field.factor("factor", (double) field.maxPositions() / original);
        double low = pairThatTurns(field.factor("beta_fast", 32));
        double high = pairThatTurns(field.factor("beta_slow", 1));
        if (field.rope().flag("truncate").orElse(true)) {
            low = Math.floor(low);
            high = Math.ceil(high);
        }
        low = Math.max(low, 0);
        high = Math.min(high, field.width() - 1);
        float width = (float) (high == low ? 0.001 : high - low); // as in transformers, against a division by zero
        float[] changed = new float[inverse.length];
        for (int i = 0; i < changed.length; i++) {
            float ramp = Math.max(0, Math.min(1, (i - (float) low) / width));
            float kept = 1 - ramp;
            float stretched = 1 / ((float) factor * (1 / inverse[i]));
            changed[i] = stretched * (1 - kept) + inverse[i] * kept;
        }
        return new Turned(changed, (float) attentionFactor(factor));
    }

    /** The pair that turns so often within the original context, as a fraction. */
    private double pairThatTurns(double rotations) {
        return field.width() * Math.log(original / (rotations * 2 * Math.PI)) / (2 * Math.log(field.theta()));
    }

    private double attentionFactor(double factor) {
        boolean both = field.rope().number("mscale").orElse(0) != 0
                && field.rope().number("mscale_all_dim").orElse(0) != 0;
        double byScale = both
                ? scale(factor, field.factor("mscale")) / scale(factor, field.factor("mscale_all_dim"))
                : scale(factor, 1);
        return field.factor("attention_factor", byScale);
    }

    private static double scale(double factor, double weight) {
        return factor <= 1 ? 1 : 0.1 * weight * Math.log(factor) + 1;
    }
}
