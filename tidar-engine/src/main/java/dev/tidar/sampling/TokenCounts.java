package dev.tidar.sampling;

/**
 * How often tokens have appeared, sparse: only those that have. Not to be changed.
 *
 * @param ids distinct token ids
 * @param inAnswer for each, how often it is in the answer; 0 is in the prompt alone
 */
public record TokenCounts(int[] ids, int[] inAnswer) {

    public static final TokenCounts NONE = new TokenCounts(new int[0], new int[0]);

    public TokenCounts {
        if (ids.length != inAnswer.length) {
            throw new IllegalArgumentException(
                    "token counts must be one for each of %d ids, but are %d".formatted(ids.length, inAnswer.length));
        }
    }

    int size() {
        return ids.length;
    }
}
