package dev.tidar.sampling;

/**
 * Tokens that may not be picked early: those that would end an answer before its least length.
 *
 * @param ids token ids
 * @param before they are picked at no position below this one
 */
public record BarredIds(int[] ids, int before) {

    public static final BarredIds NONE = new BarredIds(new int[0], 0);

    public BarredIds {
        ids = ids.clone();
    }

    boolean bar(int position) {
        return position < before && ids.length > 0;
    }
}
