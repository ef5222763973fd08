package dev.tidar.sampling;

/**
 * Tokens that may not be sampled early: those that would end an answer before its least length.
 *
 * @param ids token ids
 * @param before they are sampled at no position below this one
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
