package dev.tidar.sampling;

/**
 * What a token's score loses because the token has appeared, in this order.
 *
 * @param repetition divides a positive score and multiplies another one, for tokens of prompt and answer (arXiv
 *     1909.05858); 1 is off
 * @param frequency is subtracted for each time that the token is in the answer; 0 is off
 * @param presence is subtracted once if the token is in the answer; 0 is off
 */
public record Penalties(float repetition, float frequency, float presence) {

    public static final Penalties NONE = new Penalties(1, 0, 0);

    public Penalties {
        if (!(repetition > 0) || Float.isInfinite(repetition)) {
            throw new IllegalArgumentException("repetition must be finite and above 0, but is " + repetition);
        }
        if (!Float.isFinite(frequency) || !Float.isFinite(presence)) {
            throw new IllegalArgumentException(
                    "frequency and presence must be finite, but are %s and %s".formatted(frequency, presence));
        }
    }

    /** Whether no history changes a score. */
    public boolean areOff() {
        return repetition == 1 && frequency == 0 && presence == 0;
    }

    /**
     * The score of a token that has appeared.
     *
     * @param inAnswer how often in the answer; 0 is in the prompt alone
     */
    float apply(float score, int inAnswer) {
        float repeated = score > 0 ? score / repetition : score * repetition;
        return inAnswer == 0 ? repeated : repeated - frequency * inAnswer - presence;
    }
}
