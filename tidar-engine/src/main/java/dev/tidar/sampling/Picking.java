package dev.tidar.sampling;

/**
 * How the tokens of one sequence are picked.
 *
 * @param temperature divisor of the logits; 0 takes the best, the lowest id in a tie
 * @param seed key of the noise
 */
public record Picking(float temperature, long seed) {

    public static final Picking GREEDY = new Picking(0, 0);

    public Picking {
        if (!(temperature >= 0) || Float.isInfinite(temperature)) {
            throw new IllegalArgumentException("temperature must be finite and not negative, but is " + temperature);
        }
    }
}
