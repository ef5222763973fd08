package dev.tidar.text.grammar;

/** The token ids that may come next. Immutable. */
public final class TokenMask {

    private final long[] words; // [ids / 64, rounded up], bit id % 64 of word id / 64
    private final int size;

    TokenMask(long[] words, int size) {
        this.words = words;
        this.size = size;
    }

    /** Ids of the vocabulary. */
    public int size() {
        return size;
    }

    /** Whether an id may come next; ids beyond the vocabulary may not. */
    public boolean allows(int id) {
        return id >= 0 && id < size && (words[id >> 6] & 1L << id) != 0;
    }

    /** Number of ids that may come next. */
    public int count() {
        int count = 0;
        for (long word : words) {
            count += Long.bitCount(word);
        }
        return count;
    }

    /** The first id from this one on that may come next; negative if there is none. */
    public int next(int from) {
        for (int id = from; id < size; id = (id | 63) + 1) {
            long word = words[id >> 6] >>> id;
            if (word != 0) {
                return id + Long.numberOfTrailingZeros(word);
            }
        }
        return -1;
    }

    /** Words of the mask: bit id % 64 of word id / 64 tells of an id. */
    public int numWords() {
        return words.length;
    }

    /** Copies the mask to a row of words, {@code [numWords]}. */
    public void copyTo(long[] out, int from) {
        System.arraycopy(words, 0, out, from, words.length);
    }
}
