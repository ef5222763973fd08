package dev.tidar.text.tokenizer.bpe;

import org.jspecify.annotations.Nullable;

/**
 * The ids of words that were encoded lately. It is bounded, since a word replaces the one that had its place before.
 *
 * <p>Thread-safe without a lock: entries never change, and a thread that does not see one yet encodes the word itself.
 */
final class WordCache {

    /** Maximum number of characters (UTF-16 code units) of a word that is kept. */
    static final int MAX_LENGTH = 48;

    private static final int PLACE_BITS = 14;

    private final @Nullable Entry[] entries = new @Nullable Entry[1 << PLACE_BITS];

    /**
     * The ids of a word.
     *
     * @param word the word
     * @param ids its ids, which nobody changes
     */
    private record Entry(String word, int[] ids) {}

    /** Returns the place of a stretch of a text. */
    static int place(String text, int start, int end) {
        int hash = 0;
        for (int i = start; i < end; i++) {
            hash = 31 * hash + text.charAt(i);
        }
        hash *= 0x9E3779B9;
        return hash >>> 32 - PLACE_BITS;
    }

    /** Adds the ids of the stretch of a text whose place this is, and returns whether they are known. */
    boolean addTo(IdBuffer ids, int place, String text, int start, int end) {
        Entry entry = entries[place];
        if (entry == null
                || entry.word().length() != end - start
                || !text.regionMatches(start, entry.word(), 0, end - start)) {
            return false;
        }
        ids.addAll(entry.ids());
        return true;
    }

    void put(int place, String word, int[] ids) {
        entries[place] = new Entry(word, ids);
    }
}
