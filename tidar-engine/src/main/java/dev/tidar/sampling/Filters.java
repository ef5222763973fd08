package dev.tidar.sampling;

/**
 * Which tokens may be sampled at a temperature above 0. The filters apply in this order: top-k, top-p, min-p,
 * typical-p. Each looks at the softmax of the tokens that the filters before it kept. A filter never separates equal
 * scores: tokens that tie with the last one it keeps are kept too.
 *
 * @param topK keeps the k most likely tokens; 0 is off
 * @param topP keeps the fewest most likely tokens whose probabilities add up to p (arXiv 1904.09751); 1 is off
 * @param minP keeps tokens at least p times as likely as the most likely (arXiv 2407.01082); 0 is off
 * @param typicalP keeps the fewest tokens whose surprise is closest to the expected one and whose probabilities add up
 *     to p (arXiv 2202.00666); 1 is off
 */
public record Filters(int topK, double topP, double minP, double typicalP) {

    public static final Filters NONE = new Filters(0, 1, 0, 1);

    public Filters {
        require(topK >= 0, "top-k must not be negative, but is ", topK);
        require(topP > 0 && topP <= 1, "top-p must be in (0, 1], but is ", topP);
        require(minP >= 0 && minP <= 1, "min-p must be in [0, 1], but is ", minP);
        require(typicalP > 0 && typicalP <= 1, "typical-p must be in (0, 1], but is ", typicalP);
    }

    private static void require(boolean holds, String rule, Number value) {
        if (!holds) {
            throw new IllegalArgumentException(rule + value);
        }
    }

    /**
     * How far below the best score min-p lets a score be, after division by the temperature; infinite where it is off.
     */
    public float farthest() {
        return minP > 0 ? (float) -StrictMath.log(minP) : Float.POSITIVE_INFINITY;
    }

    /** Whether every token may be sampled. */
    boolean areOff() {
        return topK == 0 && topP == 1 && minP == 0 && typicalP == 1;
    }
}
