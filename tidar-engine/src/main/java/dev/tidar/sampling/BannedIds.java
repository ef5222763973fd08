package dev.tidar.sampling;

/**
 * Tokens that are banned at the beginning of an answer, because they would end it before its minimum length.
 *
 * @param ids token ids
 * @param before the first position at which they may be sampled
 */
public record BannedIds(int[] ids, int before) {

    public static final BannedIds NONE = new BannedIds(new int[0], 0);

    public BannedIds {
        ids = ids.clone();
    }

    boolean bans(int position) {
        return position < before && ids.length > 0;
    }
}
