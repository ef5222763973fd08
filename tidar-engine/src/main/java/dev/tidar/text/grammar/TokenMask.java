package dev.tidar.text.grammar;

/** The token ids that are allowed for one row. Immutable. */
public final class TokenMask {

    private final long[] words; // [ids / 64, rounded up], bit id % 64 of word id / 64
    private final int size;

    TokenMask(long[] words, int size) {
        this.words = words;
        this.size = size;
    }

    /** The number of ids in the vocabulary. */
    public int size() {
        return size;
    }

    /** Whether an id is allowed; ids outside the vocabulary are not. */
    public boolean allows(int id) {
        return id >= 0 && id < size && (words[id >> 6] & 1L << id) != 0;
    }

    /** The number of allowed ids. */
    public int count() {
        int count = 0;
        for (long word : words) {
            count += Long.bitCount(word);
        }
        return count;
    }

    /** The first allowed id that is not smaller than {@code from}; negative if there is none. */
    public int next(int from) {
        for (int id = from; id < size; id = (id | 63) + 1) {
            long word = words[id >> 6] >>> id;
            if (word != 0) {
                return id + Long.numberOfTrailingZeros(word);
            }
        }
        return -1;
    }

    /** The number of words of the mask. Bit id % 64 of word id / 64 is set if the id is allowed. */
    public int numWords() {
        return words.length;
    }

    /** Copies the words of the mask, {@code [numWords]}, into an array, starting at index {@code from}. */
    public void copyTo(long[] out, int from) {
        System.arraycopy(words, 0, out, from, words.length);
    }
}
