package dev.tidar.decode;

import dev.tidar.tensor.Ids;
import java.util.Arrays;

/** Where each pair of tokens of a sequence stood before, newest first. Confined to the engine thread. */
final class TextIndex {

    /** Places at most that a match is looked for at. */
    private static final int PLACES = 16;

    /** A match is compared over no more tokens than this. */
    private static final int LONGEST_MATCH = 12;

    /** {@code [hash]}: the last place of a pair with this hash; a place is that of the pair's second token. */
    private int[] last = {};
    /** {@code [place]}: the place before it with the same hash. */
    private int[] before = {};

    private int indexed = 1;

    /**
     * Tokens that equal the last ones of a sequence.
     *
     * @param end the place after them
     * @param length the number of tokens that are equal, 0 where there are none
     */
    record Match(int end, int length) {}

    /** Takes in the tokens that the sequence has got since the last call. */
    void add(Sequence sequence) {
        if (sequence.size() > before.length) {
            grow(sequence.size());
        }
        for (; indexed < sequence.size(); indexed++) {
            int hash = hash(sequence, indexed);
            before[indexed] = last[hash];
            last[hash] = indexed;
        }
    }

    private void grow(int tokens) {
        int size = Integer.highestOneBit(Math.max(64, tokens)) * 2;
        before = new int[size];
        last = new int[size];
        Arrays.fill(last, Ids.NONE);
        indexed = 1;
    }

    private int hash(Sequence sequence, int place) {
        int pair = sequence.token(place - 1) * 31_337 + sequence.token(place);
        return (pair * 0x9E3779B9 >>> 8) & (last.length - 1);
    }

    /** The longest match of the places looked at, the newest of equally long ones; of a sequence that was added. */
    Match longestMatch(Sequence sequence) {
        Match longest = new Match(0, 0);
        int end = sequence.size() - 1;
        int place = end < 1 ? Ids.NONE : before[end];
        for (int i = 0; i < PLACES && place != Ids.NONE; i++) {
            int length = 0;
            while (length < Math.min(LONGEST_MATCH, place + 1)
                    && sequence.token(place - length) == sequence.token(end - length)) {
                length++;
            }
            if (length > longest.length()) {
                longest = new Match(place + 1, length);
            }
            place = before[place];
        }
        return longest;
    }
}
